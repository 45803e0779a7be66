using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Simulation;
using Aos.Runtime.Skills;
using Aos.Testing.Runs;

namespace Aos.Tests.Runtime.Agreement;

/// <summary>A simulation and a run are decided by one kernel: in a world that follows the estimates they are the same,
/// and where they are not, the simulation said that it could come out differently.</summary>
public sealed class SimulationAgreementTests
{
    private const int Plans = 1_000;

    // What a simulation cannot know is named at the step that it is about.
    private static readonly string[] Causes =
        ["UNKNOWN_CONDITION", "UNKNOWN_LIST", "UNKNOWN_INPUT", "UNKNOWN_POLICY_MATCH", "UNKNOWN_WAIT"];

    [Fact]
    public void Of_a_thousand_plans_nineteen_in_twenty_run_as_foreseen_and_the_rest_for_a_cause_that_was_named()
    {
        var seen = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var differing = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 1UL; seed <= Plans; seed++)
        {
            var scenario = new PlanMaker(seed).Make();
            var (foreseen, decisions) = Foresee(scenario);
            var run = ScriptedRun.Of(scenario, new FollowingWorld(seed));
            foreach (var line in decisions.Select(KindOf).Distinct()) seen[line] = seen.GetValueOrDefault(line) + 1;

            var found = run.Journal.OfType<RunEvent.Decision>().ToList();
            if (Differ(decisions, found) is not { } at)
            {
                Assert.Equal(run.State.Spent, foreseen.EstimatedCost);
                var isAllowed = foreseen.PermissionGaps.IsEmpty && foreseen.PolicyDenials.IsEmpty;
                Assert.Equal(run.State.Status == RunStatus.Completed && isAllowed, foreseen.Feasible);
                Assert.Equal(run.State.Attempts, foreseen.EstimatedAttempts);
                if (run.State.Ended is { } ended)
                    Assert.Equal((ended.At - run.State.Submitted!.At).TotalMilliseconds, foreseen.EstimatedLatencyMs);
                continue;
            }
            var cause = Explain(foreseen, decisions.ElementAtOrDefault(at), found.ElementAtOrDefault(at));
            Assert.True(
                cause is not null,
                $"Seed {seed}: decision {at} differs, and the simulation did not say that it could.\n"
                + $"foreseen: {Text(decisions, at)}\nfound:    {Text(found, at)}\n{Contracts.AosJson.WriteIndented(scenario.Plan!)}");
            differing[cause!] = differing.GetValueOrDefault(cause!) + 1;
        }

        var agreed = Plans - differing.Values.Sum();
        Assert.True(
            agreed >= Plans * 95 / 100,
            $"{agreed} of {Plans} agree; the others by cause: {string.Join(", ", differing)}");
        // Plans that all do the same would prove little, and so would worlds in which nothing unknown ever mattered.
        foreach (var kind in (string[])[
            "asked", "denied", "expanded", "fallback", "hold", "item", "retry", "run completed", "run failed",
            "started", "step BUDGET_EXCEEDED", "step CONDITION_FALSE", "step SKILL_NOT_ALLOWED",
            "step STEP_BUDGET_EXCEEDED", "step TIMEOUT",
            "stopping ATTEMPTS_EXCEEDED", "stopping JOURNAL_EXCEEDED", "stopping RUN_TIMEOUT", "taken", "waits"])
            Assert.True(
                seen.GetValueOrDefault(kind) >= 5,
                $"'{kind}' is foreseen in {seen.GetValueOrDefault(kind)} of {Plans} plans: {string.Join(", ", seen)}");
        Assert.Superset(
            new HashSet<string>(["UNKNOWN_CONDITION", "UNKNOWN_INPUT", "UNKNOWN_LIST", "UNKNOWN_POLICY_MATCH"]),
            differing.Keys.ToHashSet());
    }

    private static (Simulation Foreseen, List<RunEvent.Decision> Decisions) Foresee(RunScenario scenario)
    {
        var documents = new MemoryDocuments();
        var decisions = new List<RunEvent.Decision>();
        var simulator = new Simulator(SkillRegistry.Create([]), scenario.Submit(documents), RunState.Empty(documents))
        {
            Saw = e =>
            {
                if (e is RunEvent.Decision decision) decisions.Add(decision);
            },
        };
        return (simulator.Run(), decisions);
    }

    // The first decision that is another one, or that only one side takes; null where there is none.
    private static int? Differ(List<RunEvent.Decision> foreseen, List<RunEvent.Decision> found)
    {
        for (var i = 0; i < Math.Max(foreseen.Count, found.Count); i++)
            if (Text(foreseen, i) != Text(found, i)) return i;
        return null;
    }

    private static string? Text(List<RunEvent.Decision> decisions, int at) => decisions.ElementAtOrDefault(at) switch
    {
        null => null,
        // What the items are is data; how many there are decides.
        RunEvent.StepExpanded expanded => $"expanded {expanded.StepId} "
            + $"{expanded.Count ?? (expanded.Items.IsUnknown ? 1 : expanded.Items.Element.GetArrayLength())}",
        RunEvent.AttemptStarted started =>
            $"{started.Line()} {started.Skill} {started.TimeoutMs} {started.Reserved} {started.Effect}",
        var decision => decision.Line(),
    };

    private static string? Explain(Simulation foreseen, params RunEvent.Decision?[] differing)
    {
        var steps = differing.Select(StepOf).OfType<StepId>().ToHashSet();
        return foreseen.Risks.FirstOrDefault(
            risk => risk.StepId is { } step && steps.Contains(step) && Causes.Contains(risk.Code))?.Code;
    }

    private static StepId? StepOf(RunEvent.Decision? decision) => decision switch
    {
        RunEvent.StepExpanded one => one.StepId,
        RunEvent.ApprovalRequested one => one.StepId,
        RunEvent.PolicyDenied one => one.StepId,
        RunEvent.AttemptStarted one => one.StepId,
        RunEvent.FallbackChosen one => one.StepId,
        RunEvent.ItemEnded one => one.StepId,
        RunEvent.StepEnded one => one.StepId,
        RunEvent.WaitStarted one => one.StepId,
        RunEvent.RunStopping one => one.StepId,
        _ => null,
    };

    private static string KindOf(RunEvent.Decision decision) => decision switch
    {
        RunEvent.StepEnded ended when ended.Code.Value != "OK" => $"step {ended.Code}",
        RunEvent.RunStopping stopping => $"stopping {stopping.Code}",
        RunEvent.RunEnded ended => $"run {ended.Status.ToString().ToLowerInvariant()}",
        _ => decision.Line().Split(' ')[0],
    };
}
