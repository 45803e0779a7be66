using Aos.Abstractions.Planning;
using Aos.Abstractions.Skills;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Simulation.Tests.Plants;
using Aos.Simulation.Tests.Pump;

namespace Aos.Simulation.Tests.World;

/// <summary>A skill whose every call goes to the remote world.</summary>
internal sealed class SimulatedSkill(SkillContract contract, RemoteWorld world, Plant? plant) : ISkill
{
    private static readonly Payload AnyObject = Payload.FromUtf8("""{"type":"object"}"""u8.ToArray());

    private static readonly SkillContract[] Contracts =
    [
        Of("pure", EffectClass.Pure), Of("read", EffectClass.Read), Of("put", EffectClass.Idempotent),
        Of("send", EffectClass.Once),
        Of("store", EffectClass.Transactional), Of("paid", EffectClass.Read, worstCents: 10),
        Of("buy", EffectClass.Once, worstCents: 8),
    ];

    public SkillContract Contract => contract;

    public bool IsInline => contract.Effect?.Default == EffectClass.Pure;

    public static IEnumerable<ISkill> All(RemoteWorld world, Plant? plant) =>
        Contracts.Select(contract => new SimulatedSkill(contract, world, plant));

    public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel) =>
        world.AskAsync(contract, plant?.Asked(call) ?? call, cancel);

    private static SkillContract Of(string name, EffectClass effect, decimal? worstCents = null) => new()
    {
        Name = SkillName.Parse(name),
        Version = SkillVersion.Parse("1.0.0"),
        Description = $"The skill {name} of the simulation.",
        InputSchema = AnyObject,
        OutputSchema = AnyObject,
        Effect = effect == EffectClass.Once ? null : new EffectRule { Default = effect },
        Cost = worstCents is { } worst
            ? new CostModel { Worst = Money.FromCents(worst), Expected = Money.FromCents(worst / 2) } : null,
        TimeoutMs = 2_000,
        FailureModes = [new FailureMode { Code = ErrorCode.Parse("OWN_CODE") }],
    };
}

/// <summary>A planner that knows the plans of the scenario by their goals; it can fail, hang, and take its
/// time.</summary>
internal sealed class SimulatedPlanner(ulong seed, Scenario scenario, Faults faults, VirtualTime time) : IPlanner
{
    public string Id => "simulated";

    public async ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel)
    {
        var run = scenario.Runs.First(run => run.Key == request.Goal);
        var dice = new Dice(Dice.Hash(seed, request.Goal, request.Round));
        await Task.Delay(TimeSpan.FromMilliseconds(dice.Between(1, 300)), time, cancel);
        if (faults.Strikes(
            new FaultPlace(FaultKind.SkillFails, $"{request.Goal} round {request.Round}"),
            scenario.SkillFailures / 4, out _))
            switch (dice.Below(3))
            {
                case 0: throw new InvalidOperationException("The planner has a defect.");
                case 1: return PlannerAnswer.Failure(ErrorCode.Parse("PLANNER_FAILED"), "The planner has no idea.");
                default: await new TaskCompletionSource().Task.WaitAsync(cancel); break;
            }
        var cost = Money.FromCents(dice.Below(4));
        return request.Round switch
        {
            1 => PlannerAnswer.Of(ScenarioRun.PlanOf(run.Steps)) with { Cost = cost },
            2 when !run.Later.IsEmpty =>
                PlannerAnswer.Of(ScenarioRun.PlanOf(run.Later, run.Steps)) with { Cost = cost },
            _ => PlannerAnswer.Done(),
        };
    }
}
