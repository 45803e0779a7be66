using System.Diagnostics.CodeAnalysis;
using System.Text;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;

namespace Aos.Testing.Runs;

/// <summary>A run about to be submitted: its plan or goal, the skills there are, and its contract. Immutable.</summary>
public sealed record RunScenario
{
    /// <summary>The plan; null where a planner makes it.</summary>
    public Plan? Plan { get; init; }

    /// <summary>The goal; null where only a plan is given.</summary>
    public string? Goal { get; init; }

    /// <summary>The skills.</summary>
    public SkillShelf Skills { get; init; } = SkillShelf.Standard;

    /// <summary>The limits granted.</summary>
    public ResourceContract Contract { get; init; } = DefaultContract;

    /// <summary>The failure catalog.</summary>
    public FailureCatalog Catalog { get; init; } = BuiltInCatalog.Instance;

    /// <summary>The policies that bind the run.</summary>
    public ValueList<Policy> Policies { get; init; }

    /// <summary>Who asked for it, where people are told apart.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>How the goal becomes a plan.</summary>
    public PlannerMode PlannerMode { get; init; }

    /// <summary>The version of the rules that it is decided by. Default: today's.</summary>
    public int RulesVersion { get; init; } = RunKernel.RulesVersion;

    /// <summary>What the planner's answers cost, and whether it mends them; null for one that is free and never
    /// does.</summary>
    public PlanningTerms? Planning { get; init; }

    /// <summary>The input of the run, as JSON.</summary>
    public string Input { get; init; } = "{}";

    /// <summary>The run.</summary>
    public RunId RunId { get; init; } = RunId.Parse("run_00000000");

    /// <summary>When it is submitted.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>The default limits of AOS, every skill allowed, 100 cents, and a grace period of 10 seconds.</summary>
    public static ResourceContract DefaultContract { get; } = new()
    {
        Tenant = "local",
        AgentId = "tester",
        Skills = [.. "pure read put send store paid quoted".Split(' ').Select(SkillRef.Parse)],
        Budget = Money.FromCents(100),
        MaxSteps = 200,
        MaxAttempts = 1_000,
        MaxParallelSteps = 64,
        MaxRunMs = 7L * 24 * 3600 * 1000,
        MaxPlannerRounds = 10,
        MaxEvents = 51_200,
        MaxEqualFailures = 5,
        MaxItems = 1_000,
        GraceMs = 10_000,
        ApprovalMs = 24L * 3600 * 1000,
    };

    /// <summary>A run of a plan.</summary>
    public static RunScenario Of([StringSyntax(StringSyntaxAttribute.Json)] string plan) =>
        new() { Plan = ReadPlan(plan) };

    /// <summary>A run of a goal, planned as its <see cref="PlannerMode"/> says.</summary>
    public static RunScenario OfGoal(string goal, PlannerMode mode = PlannerMode.Static) =>
        new() { Goal = goal, PlannerMode = mode };

    /// <summary>Reads a plan.</summary>
    public static Plan ReadPlan([StringSyntax(StringSyntaxAttribute.Json)] string plan) =>
        AosJson.Read<Plan>(Encoding.UTF8.GetBytes(plan));

    /// <summary>The same run under other limits.</summary>
    public RunScenario Limited(Func<ResourceContract, ResourceContract> change) =>
        this with { Contract = change(Contract) };

    /// <summary>The same run with other skills, all of them allowed.</summary>
    public RunScenario WithSkills(Func<SkillShelf, SkillShelf> change, params string[] allowed) => this with
    {
        Skills = change(Skills),
        Contract = Contract with { Skills = [.. Contract.Skills, .. allowed.Select(SkillRef.Parse)] },
    };

    /// <summary>Validates and pins a plan against the skills.</summary>
    /// <exception cref="ArgumentException">The plan is not valid; the message names every mistake.</exception>
    public PinnedPlan Pin(Plan plan, PlanProgram? earlier = null)
    {
        var check = PlanValidator.Validate(plan, Skills, Contract, earlier);
        return check.Pinned ?? throw new ArgumentException(
            "The plan of the test is not valid:\n" + string.Join('\n', check.Problems), nameof(plan));
    }

    /// <summary>Stores what the run refers to.</summary>
    /// <returns>The fact that submits it.</returns>
    public RunEvent.RunSubmitted Submit(MemoryDocuments documents) => new()
    {
        At = Start,
        RunId = RunId,
        Tenant = Contract.Tenant,
        AgentId = Contract.AgentId,
        Goal = Goal ?? Plan?.Goal,
        Input = Payload.FromUtf8(Encoding.UTF8.GetBytes(Input)),
        Settings = documents.Add(Settings),
        Plan = Plan is null ? null : documents.Add(Pin(Plan)),
        RequestedBy = RequestedBy,
        TraceId = "0123456789abcdef0123456789abcdef",
    };

    private RunSettings Settings => new()
    {
        RulesVersion = RulesVersion,
        Contract = Contract,
        Catalog = Catalog,
        Planner = new PlannerChoice { Id = "scripted", Mode = PlannerMode },
        Planning = Planning,
        Policies = Policies,
    };
}
