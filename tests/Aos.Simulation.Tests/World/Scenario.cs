using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Runs;

namespace Aos.Simulation.Tests.World;

/// <summary>What is simulated: runs, and how hostile the world is. Follows from the seed; what is left out makes it
/// smaller.</summary>
internal sealed record Scenario
{
    public required ImmutableArray<ScenarioRun> Runs { get; init; }

    /// <summary>Whether things go wrong beyond what skills answer.</summary>
    public required bool IsHostile { get; init; }

    /// <summary>How likely a skill fails, of a thousand calls.</summary>
    public required int SkillFailures { get; init; }

    /// <summary>How likely a commit goes wrong, of a thousand, for each way in which it can.</summary>
    public required int CommitFaults { get; init; }

    /// <summary>The rates of the agent of all runs. Where there are any, no clock jumps: rates are kept as exactly as
    /// clocks agree.</summary>
    public ValueList<RateLimit> Rates { get; init; }

    public static Scenario FromSeed(ulong seed)
    {
        var dice = new Dice(Dice.Hash(seed, "scenario"));
        var rates = RatesOf(new Dice(Dice.Hash(seed, "rates")));
        return new Scenario
        {
            Runs = [
                .. Enumerable.Range(0, dice.Between(1, 3))
                    .Select(number => ScenarioRun.Draw(dice, number, seed) with { Rates = rates })],
            Rates = rates,
            IsHostile = !dice.Chance(100),
            SkillFailures = dice.Pick(0, 100, 300, 600),
            CommitFaults = dice.Pick(0, 5, 20, 60),
        };
    }

    private static ValueList<RateLimit> RatesOf(Dice dice) => !dice.Chance(250) ? [] :
    [
        new RateLimit
        {
            Skill = SkillRef.Parse(dice.Chance(500) ? "send" : "read"),
            Calls = dice.Between(1, 3),
            PerSeconds = dice.Between(1, 8)
        },
        .. (ValueList<RateLimit>)(dice.Chance(300)
            ? [new RateLimit { Calls = dice.Between(2, 4), PerSeconds = dice.Between(1, 5) }] : []),
    ];

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var run in Runs) text.AppendLine(run.ToString());
        return text.ToString();
    }
}

/// <summary>A run of a scenario.</summary>
internal sealed record ScenarioRun
{
    public required int Number { get; init; }

    public RunId RunId => Identity.Run("local", Key);

    public required ImmutableArray<ScenarioStep> Steps { get; init; }

    /// <summary>Steps that a planner adds in a second round; the run then is a goal.</summary>
    public required ImmutableArray<ScenarioStep> Later { get; init; }

    public required bool IsGoal { get; init; }

    public required int BudgetCents { get; init; }

    public required int? PerStepCents { get; init; }

    public required int Parallel { get; init; }

    public required int MaxAttempts { get; init; }

    public required int MaxRunSeconds { get; init; }

    /// <summary>Milliseconds after which somebody cancels it; null: nobody does.</summary>
    public required int? CancelAfterMs { get; init; }

    public required int SubmitAfterMs { get; init; }

    public ValueList<RateLimit> Rates { get; init; }

    /// <summary>The key under which it is submitted, which its id follows from; the goal too, where it is
    /// one.</summary>
    public required string Key { get; init; }

    public static ScenarioRun Draw(Dice dice, int number, ulong seed)
    {
        var isGoal = dice.Chance(200);
        var count = dice.Between(1, 5);
        var later = isGoal && dice.Chance(500) ? dice.Between(1, 2) : 0;
        var generous = dice.Chance(500);
        return new ScenarioRun
        {
            Number = number,
            Key = string.Create(CultureInfo.InvariantCulture, $"key-{seed}-{number}"),
            Steps = [.. Enumerable.Range(0, count).Select(index => ScenarioStep.Draw(dice, index))],
            Later = [.. Enumerable.Range(count, later).Select(index => ScenarioStep.Draw(dice, index))],
            IsGoal = isGoal,
            BudgetCents = generous || isGoal ? 400 : dice.Between(0, 45),
            PerStepCents = dice.Chance(200) ? dice.Between(10, 40) : null,
            Parallel = dice.Pick(1, 2, 8),
            MaxAttempts = dice.Chance(100) ? dice.Between(1, 8) : 200,
            MaxRunSeconds = dice.Pick(20, 60, 240),
            CancelAfterMs = dice.Chance(150) ? dice.Between(1, 6_000) : null,
            SubmitAfterMs = dice.Between(0, 400),
        };
    }

    public RunRequest Request => new()
    {
        Goal = IsGoal ? Key : null,
        Plan = IsGoal ? null : PlanOf(Steps),
        Input = Payload.FromUtf8("""{"list":[1,2.50,"x",{"b":1}],"flag":true}"""u8.ToArray()),
        IdempotencyKey = Key,
        Profile = new AgentProfile
        {
            AgentId = "tester",
            Skills = [.. ScenarioStep.Skills.Select(SkillRef.Parse)],
            Planner = new PlannerChoice
            {
                Id = "simulated",
                Mode = Later.IsEmpty ? PlannerMode.Static : PlannerMode.Iterative
            },
            Budget = new BudgetSpec
            {
                PerRun = Money.FromCents(BudgetCents),
                PerStep = PerStepCents is { } cents ? Money.FromCents(cents) : null,
            },
            Limits = new LimitSpec
            {
                MaxParallelSteps = Parallel,
                MaxAttempts = MaxAttempts,
                MaxRunSeconds = MaxRunSeconds,
                Rates = Rates
            },
        },
    };

    /// <summary>The run where nothing depends on which of two things that happen together comes first.</summary>
    public ScenarioRun WithoutRaces() => this with
    {
        Steps = [.. Steps.Select(step => step with { OnFailure = 2 })],
        Later = [.. Later.Select(step => step with { OnFailure = 2 })],
        BudgetCents = 10_000,
        PerStepCents = null,
        MaxAttempts = 1_000,
        MaxRunSeconds = 240,
        CancelAfterMs = null,
        Rates = [],
    };

    /// <summary>The plan of some of the steps; what refers to a step that is left out is left out with it.</summary>
    public static Plan PlanOf(ImmutableArray<ScenarioStep> steps, ImmutableArray<ScenarioStep> earlier = default)
    {
        var known = (earlier.IsDefault ? [] : earlier).Select(step => step.Index).ToHashSet();
        var parts = new List<string>();
        foreach (var step in steps)
        {
            parts.Add(step.Json(known));
            known.Add(step.Index);
        }
        return AosJson.Read<Plan>(
            Encoding.UTF8.GetBytes(
                $$"""{"steps":[{{string.Join(',', parts)}}],"output":"steps.s{{steps[0].Index}}.status"}"""));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{RunId} goal={IsGoal} budget={BudgetCents} per_step={PerStepCents} parallel={Parallel} attempts={MaxAttempts} seconds={MaxRunSeconds} "
        + $"submit={SubmitAfterMs} cancel={CancelAfterMs} rates={string.Join(',', Rates.Select(rate => $"{rate.Skill} {rate.Calls}/{rate.PerSeconds}"))}\n  {string.Join("\n  ", Steps.Concat(Later).Select(step => step.Json([.. Enumerable.Range(0, step.Index)])))}");
}

/// <summary>A step of a scenario, as small numbers.</summary>
internal sealed record ScenarioStep(
    int Index, int Skill, int Needs, int When, int ForEach, int OnFailure, int Approval, int MaxAttempts, bool Reads)
{
    public static readonly ImmutableArray<string> Skills = ["pure", "read", "put", "send", "store", "paid", "buy"];

    public static ScenarioStep Draw(Dice dice, int index) =>
        new(index, dice.Pick(0, 1, 2, 3, 3, 4, 5, 5, 6), dice.Below(32), dice.Below(10),
        dice.Below(9), dice.Below(6), dice.Below(6), dice.Below(5), dice.Chance(400));

    public string Json(HashSet<int> known)
    {
        var earlier = known.Contains(Index - 1) ? $"steps.s{Index - 1}" : null;
        var fansOut = ForEach is 1 or 2 || (ForEach == 3 && earlier is not null) || ForEach == 4;
        var item = fansOut ? "\"${index}\"" : "-1";
        var read = Reads && earlier is not null ? $",\"r\":\"${{{earlier}.result}}\"" : "";
        var parts = new List<string>
        {
            $"\"id\":\"s{Index}\"", $"\"skill\":\"{Skills[Skill]}\"", $$"""
            "input":{"s":"s{{Index}}","i":{{item}},"f":false{{read}}}
            """.Trim(),
            $"\"depends_on\":[{string.Join(',', Enumerable.Range(0, 5).Where(i => i < Index && (Needs >> i & 1) == 1 && known.Contains(i)).Select(i => $"\"s{i}\""))}]",
        };
        if (When == 1 && earlier is not null) parts.Add($"\"when\":\"{earlier}.result.n > `5`\"");
        if (When == 2) parts.Add("\"when\":\"`false`\"");
        if (When == 3) parts.Add("\"when\":\"input.flag\"");
        if (ForEach is 1 or 2) parts.Add($"\"for_each\":\"input.list[:{ForEach * 2}]\"");
        if (ForEach == 3 && earlier is not null) parts.Add($"\"for_each\":\"{earlier}.result.items\"");
        if (ForEach == 4) parts.Add("\"for_each\":\"`[]`\"");
        if (OnFailure == 1) parts.Add("\"on_failure\":\"abort\"");
        if (OnFailure is 2 or 3) parts.Add("\"on_failure\":\"continue\"");
        if (OnFailure == 4) parts.Add($$$$"""
            "on_failure":{"fallback":{"skill":"{{{{Skills[(Skill + Needs) % Skills.Length]}}}}","input":{"s":"s{{{{Index}}}}","i":{{{{item}}}},"f":true}}}
            """.Trim());
        if (Approval == 1) parts.Add("\"approval\":{\"expires_in_ms\":8000}");
        if (MaxAttempts > 0) parts.Add($"\"retry\":{{\"max_attempts\":{MaxAttempts}}}");
        return "{" + string.Join(',', parts) + "}";
    }
}
