using System.Diagnostics.CodeAnalysis;
using System.Text;
using Aos.Abstractions.Planning;
using Aos.Abstractions.Secrets;
using Aos.Abstractions.Skills;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Runs;
using Aos.Runtime.Skills;
using Aos.Testing.Skills;
using Aos.Testing.Storage;

namespace Aos.Tests.Runtime.Bench;

/// <summary>A runtime over a store in memory and virtual time, with one scripted skill of each effect class.</summary>
internal sealed class RuntimeBench : IAsyncDisposable
{
    private readonly List<(AosRuntime Runtime, MemoryStore Store)> _processes = [];
    private Task? _armed;
    private bool _ended;

    public RuntimeBench()
    {
        Pure = Skill("pure", EffectClass.Pure);
        Read = Skill("read", EffectClass.Read);
        Put = Skill("put", EffectClass.Idempotent);
        Send = Skill("send", effect: null);
        Paid = Skill(
            "paid", EffectClass.Read, new CostModel { Worst = Money.FromCents(10), Expected = Money.FromCents(4) });
        Skills = [Pure, Read, Put, Send, Paid];
    }

    public TestClock Time { get; } = new();

    public MemoryStoreState State { get; } = new();

    public ScriptedSkill Pure { get; }

    public ScriptedSkill Read { get; }

    public ScriptedSkill Put { get; }

    public ScriptedSkill Send { get; }

    public ScriptedSkill Paid { get; }

    public List<ISkill> Skills { get; }

    public List<IPlanner> Planners { get; } = [];

    /// <summary>The profile: every skill of the bench, 100 cents.</summary>
    public AgentProfile Profile => new()
    {
        AgentId = "tester",
        Skills = [.. Skills.Select(skill => skill.Contract.Name.Value).Distinct().Select(SkillRef.Parse)],
    };

    /// <summary>Who pays: with room for whatever a test does.</summary>
    public TenantProfile Tenant { get; set; } =
        new() { Budget = new TenantBudget { PerDay = Money.FromCents(1_000_000) } };

    public IReadOnlyList<ISecretProvider> Secrets { get; set; } = [];

    /// <summary>Of which tenants runs are announced.</summary>
    public Func<string, bool>? Announces { get; set; }

    public ObservedStore Store { get; private set; } = null!;

    /// <summary>The process that was opened last; the first is opened by itself.</summary>
    public AosRuntime Runtime => _processes.Count > 0 ? _processes[^1].Runtime : Open();

    /// <summary>Opens one more process over the same store.</summary>
    public AosRuntime Open()
    {
        var memory = new MemoryStore(State);
        Store = new ObservedStore(memory);
        var runtime = new AosRuntime(new AosRuntimeParts
        {
            Store = Store,
            Skills = SkillRegistry.Create(Skills),
            Planners = Planners,
            Tenant = Tenant,
            Secrets = Secrets,
            Announces = Announces,
            Time = Time,
        });
        _processes.Add((runtime, memory));
        return runtime;
    }

    /// <summary>Ends a process as a power cut does: nothing of it reaches the store any more.</summary>
    public void Crash(int process = 0) => _processes[process].Store.Crash();

    public MemoryStore MemoryOf(int process = 0) => _processes[process].Store;

    public ScriptedSkill Skill(string name, EffectClass? effect, CostModel? cost = null) => new(new SkillContract
    {
        Name = SkillName.Parse(name),
        Version = new SkillVersion(1, 0, 0),
        Description = $"The skill {name} of a test.",
        InputSchema = Json("""{"type":"object"}"""),
        OutputSchema = Json("""{"type":["object","array","string","null"]}"""),
        Effect = effect is { } always ? new EffectRule { Default = always } : null,
        Cost = cost,
        TimeoutMs = 30_000,
    }, Time);

    public static Payload Json([StringSyntax(StringSyntaxAttribute.Json)] string text) =>
        Payload.FromUtf8(Encoding.UTF8.GetBytes(text));

    public RunRequest Plan(
        [StringSyntax(StringSyntaxAttribute.Json)] string plan, string input = "{}", string? key = null) => new()
        {
            Plan = AosJson.Read<Plan>(Encoding.UTF8.GetBytes(plan)),
            Input = Json(input),
            Profile = Profile,
            IdempotencyKey = key,
        };

    public ExecuteRequest Call(string skill, string input = "{}") =>
        new() { Skill = SkillRef.Parse(skill), Input = Json(input), Profile = Profile };

    public async Task<RunReport> SubmitAsync(RunRequest request)
    {
        var answer = await Runtime.SubmitAsync(request, CancellationToken.None);
        return answer.Value ?? throw new InvalidOperationException($"{answer.Outcome.Code}: {answer.Outcome.Message}");
    }

    public async Task<RunReport> RunAsync(RunRequest request)
    {
        var answer = await Runtime.RunAsync(request, CancellationToken.None);
        return answer.Value ?? throw new InvalidOperationException($"{answer.Outcome.Code}: {answer.Outcome.Message}");
    }

    public async Task<RunReport> WaitAsync(RunId run)
    {
        var answer = await Runtime.WaitAsync(run, CancellationToken.None);
        return answer.Value ?? throw new InvalidOperationException($"{answer.Outcome.Code}: {answer.Outcome.Message}");
    }

    /// <summary>Reads a run back and asserts that it replays as it was.</summary>
    public async Task VerifyAsync(RunId run)
    {
        var replay = await Runtime.ReplayAsync(run, "verify", CancellationToken.None);
        Assert.True(replay.Succeeded, $"{replay.Outcome.Code}: {replay.Outcome.Message}");
        Assert.True(replay.Value!.Parity, replay.Value.FirstDivergence?.ToString());
    }

    public async Task<List<RunEvent>> JournalAsync(RunId run)
    {
        var events = new List<RunEvent>();
        await foreach (var line in Runtime.TraceAsync(run, follow: false, CancellationToken.None))
            events.Add(line.Event);
        return events;
    }

    /// <summary>Closes a process; skills that do not stop are given their time.</summary>
    public async Task CloseAsync(AosRuntime runtime)
    {
        var closing = runtime.DisposeAsync().AsTask();
        // One that nobody was told of yet is kept for the next process: an arming is told once.
        while (await Task.WhenAny(closing, _armed ??= Time.WhenArmedAsync(TimeSpan.FromSeconds(2))) != closing)
        {
            _armed = null;
            Time.Advance(TimeSpan.FromSeconds(2));
        }

        await closing;
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended) return;
        _ended = true;
        Store?.Release();
        foreach (var (runtime, _) in _processes) await CloseAsync(runtime);
    }
}
