using Aos.Benchmarks.Load;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;

namespace Aos.Benchmarks.Micro;

/// <summary>A run of ten steps through the kernel alone: no disk, no skills, no threads.</summary>
internal sealed class KernelRun
{
    private readonly Documents _documents;
    private readonly RunEvent.RunSubmitted _submitted;
    private readonly Payload _result =
        Payload.FromUtf8(System.Text.Encoding.UTF8.GetBytes($$"""{"n":7,"text":"{{new string('x', 181)}}"}"""));

    public KernelRun(RunEvent.RunSubmitted submitted, SettingsDocument settings, PlanProgram program)
    {
        _submitted = submitted;
        _documents = new Documents(settings, program);
    }

    /// <summary>Takes the documents and the first fact from a run that an engine has made.</summary>
    public static async Task<KernelRun> CreateAsync()
    {
        var workload = new Workload(Mix.Pure);
        await using var store = await BenchStore.OpenAsync("sqlite");
        await using var runtime = workload.Open(store.Store);
        var report = (await runtime.RunAsync(workload.Request, CancellationToken.None)).Value!;
        var segments = await store.Store.ReadAsync(report.RunId, 0, CancellationToken.None);
        var first = segments[0].Events.Span;
        var end = first.IndexOf((byte)'\n');
        var submitted = (RunEvent.RunSubmitted)Contracts.AosJson.Read<RunEvent>(end < 0 ? first : first[..end]);
        var settings =
            Contracts.AosJson.Read<RunSettings>(await store.Store.ReadBlobAsync(submitted.Settings, default));
        var plan = Contracts.AosJson.Read<Contracts.Plans.PinnedPlan>(
            await store.Store.ReadBlobAsync(submitted.Plan!.Value, default));
        return new KernelRun(
            submitted, new SettingsDocument(settings, new FailureIndex(settings.Catalog)), PlanProgram.Compile(plan));
    }

    /// <summary>Makes the run; gives its last state.</summary>
    public RunState Make()
    {
        var at = _submitted.At;
        var transition = RunKernel.Advance(RunState.Empty(_documents), _submitted);
        while (transition.State.Ended is null)
        {
            Effect.InvokeSkill? invoke = null;
            foreach (var effect in transition.Effects) invoke ??= effect as Effect.InvokeSkill;
            at = at.AddMilliseconds(1);
            transition = RunKernel.Advance(transition.State, new RunEvent.AttemptReturned
            {
                At = at,
                StepId = invoke!.Call.Step,
                Attempt = invoke.Attempt,
                Status = OutcomeStatus.Success,
                Code = ErrorCodes.Ok,
                Result = _result,
                LatencyMs = 1,
            });
        }
        return transition.State;
    }

    private sealed class Documents(SettingsDocument settings, PlanProgram program) : IRunDocuments
    {
        public SettingsDocument Settings(Digest digest) => settings;

        public PlanProgram Program(Digest digest) => program;
    }
}
