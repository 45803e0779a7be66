using System.Collections.Concurrent;
using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Schemas;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime;
using Aos.Runtime.Journals;
using Aos.Runtime.Runs;
using Aos.Runtime.Skills;
using Aos.Testing.Runs;
using Aos.Testing.Storage;

namespace Aos.Tests.Allocations;

/// <summary>What the paths that every step takes may allocate. Bytes are counted, not seconds: the figures are the same
/// on every machine. Each budget is what was measured and some room; one that is passed is looked into, not
/// raised.</summary>
public sealed class AllocationTests
{
    private const int Steps = 10;
    private const int Rounds = 50;

    private static readonly Payload Answer =
        Payload.FromUtf8(Encoding.UTF8.GetBytes($$"""{"n":7,"text":"{{new string('x', 181)}}"}"""));

    private static string Chain(string skill) =>
        $$"""{"steps":[{{string.Join(',', Enumerable.Range(0, Steps).Select(i => i == 0
        ? $$$"""{"id":"s0","skill":"{{{skill}}}","input":{"n":"${input.n}"}}"""
        : $$$"""{"id":"s{{{i}}}","skill":"{{{skill}}}","input":{"n":"${steps.s{{{i - 1}}}.result.n}"}}"""))}}]}""";

    // The first rounds fill pools and caches, and compile.
    private static long BytesOf(Action round)
    {
        for (var i = 0; i < Rounds; i++) round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++) round();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
    }

    [Fact]
    public void A_step_through_the_kernel()
    {
        var scenario = RunScenario.Of(Chain("pure")) with { Input = """{"n":7}""" };
        var documents = new MemoryDocuments();
        var submitted = scenario.Submit(documents);
        var facts = Enumerable.Range(0, Steps).Select(i => new RunEvent.AttemptReturned
        {
            At = submitted.At.AddMilliseconds(i + 1),
            StepId = StepId.Parse($"s{i}"),
            Attempt = 1,
            Status = OutcomeStatus.Success,
            Code = ErrorCodes.Ok,
            Result = Answer,
            LatencyMs = 1,
        }).ToArray();
        var begun = RunKernel.Advance(RunState.Empty(documents), submitted).State;

        var bytes = BytesOf(() =>
        {
            var state = begun;
            foreach (var fact in facts) state = RunKernel.Advance(state, fact).State;
            if (state.Ended is null) throw new InvalidOperationException("The run did not end.");
        });

        Assert.InRange(bytes / Steps, 1, 2_048);
    }

    [Fact]
    public void A_steps_events_to_the_journal_and_back()
    {
        var run = ScriptedRun.Of(RunScenario.Of(Chain("pure")) with { Input = """{"n":7}""" });
        var events = run.Journal
            .Where(e => e is RunEvent.AttemptStarted or RunEvent.AttemptReturned or RunEvent.StepEnded).ToArray();
        var blobs = new List<Aos.Abstractions.Storage.Blob>();
        var written = EventCodec.Encode(HashChain.Genesis.Span, events, blobs).Events;

        var encoded = BytesOf(() => EventCodec.Encode(HashChain.Genesis.Span, events, blobs));
        var decoded = BytesOf(() => EventCodec.Decode(written.Span));

        // One array of the bytes, one of the link.
        Assert.InRange(encoded, written.Length, written.Length + 256);
        Assert.InRange(decoded / Steps, 1, 1_100);
    }

    [Fact]
    public void Looking_at_strict_json_and_at_a_schema_that_matches()
    {
        var contract = new Answering(EffectClass.Pure, Answer).Contract;
        var schema = Assert.IsType<SchemaCompilation.Compiled>(
            JsonSchema.Compile(contract.OutputSchema!.Element, SchemaOptions.Default)).Schema;
        var element = Answer.Element;

        Assert.Equal(0, BytesOf(() => StrictJson.FindProblem(Answer.Utf8.Span, JsonLimits.Default)));
        Assert.InRange(BytesOf(() => schema.IsValid(element)), 0, 256);
    }

    // With the store in memory, a run's share of admission and report, and the classes of an unoptimised build. The
    // failure catalog is part of admission: a code more costs some 20 bytes here.
    [Theory]
    [InlineData(EffectClass.Pure, 9_600)]
    [InlineData(EffectClass.Idempotent, 10_600)]
    public async Task A_step_through_the_runtime(EffectClass effect, int budget)
    {
        var skill = new Answering(effect, Answer);
        var work = new WorkHere();
        var state = new MemoryStoreState();
        await using var store = new MemoryStore(state);
        await using var runtime =
            new AosRuntime(new AosRuntimeParts { Store = store, Skills = SkillRegistry.Create([skill]), Work = work });
        var request = new RunRequest
        {
            Plan = RunScenario.ReadPlan(Chain("step")),
            Input = Payload.FromUtf8("""{"n":7}"""u8.ToArray()),
            Profile = new AgentProfile { AgentId = "tester", Skills = [SkillRef.Parse("step")] },
        };

        var bytes = BytesOf(() =>
        {
            var run = runtime.RunAsync(request, CancellationToken.None);
            work.GoOn();
            if (runtime.CallsInFlight > 0) throw new InvalidOperationException("The run went on elsewhere.");
        });

        work.End();

        Assert.Equal(2 * Rounds * Steps, skill.Calls);
        Assert.InRange(bytes / Steps, 1, budget);
    }

    private sealed class Answering(EffectClass effect, Payload answer) : ISkill
    {
        public int Calls { get; private set; }

        public SkillContract Contract { get; } = new()
        {
            Name = SkillName.Parse("step"),
            Version = SkillVersion.Parse("1.0.0"),
            Description = "Answers.",
            InputSchema = Payload.FromUtf8(
                """{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"""u8.ToArray()),
            OutputSchema = Payload.FromUtf8(
                """{"type":"object","properties":{"n":{"type":"integer"},"text":{"type":"string"}},"required":["n"]}"""u8.ToArray()),
            Effect = new EffectRule { Default = effect },
        };

        public bool IsInline => true;

        public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
        {
            Calls++;
            return ValueTask.FromResult(SkillResult.Success(answer));
        }
    }

    /// <summary>Executes everything on the thread that asks it to, and what comes at the end on the pool.</summary>
    private sealed class WorkHere : IWorkQueue
    {
        private readonly ConcurrentQueue<IThreadPoolWorkItem> _items = new();
        private volatile bool _isOver;

        public void Queue(IThreadPoolWorkItem item)
        {
            if (_isOver) PoolWorkQueue.Instance.Queue(item);
            else _items.Enqueue(item);
        }

        public void End() => _isOver = true;

        public void GoOn()
        {
            while (_items.TryDequeue(out var item)) item.Execute();
        }
    }
}
