using Aos.Contracts;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Replay;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Replaying a journal finds the first decision that differs.</summary>
public sealed class JournalVerifierTests
{
    // A journal with every kind of decision of a planned run in it.
    private static readonly ScriptedRun Rich = Record();

    private static ScriptedRun Record()
    {
        var scenario = RunScenario.OfGoal("do", Aos.Contracts.Agents.PlannerMode.Iterative).Limited(c => c with
        {
            MaxPlanRepairs = 1,
            Rates = [
                new Aos.Contracts.Agents.RateLimit
                {
                    Skill = Aos.Contracts.Skills.SkillRef.Parse("quoted"),
                    Calls = 1,
                    PerSeconds = 1,
                    Scope = Aos.Contracts.Agents.RateScope.Agent
                }],
        }) with
        {
            Planning = new Aos.Contracts.Agents.PlanningTerms { WorstCost = Money.FromCents(5), MaxRepairs = 1 },
            Policies = [AosJson.Read<Aos.Contracts.Policies.Policy>("""
                {"policy":"p","version":1,"rules":[{"id":"no-store","verdict":"deny","match":{"skills":["store"]}}]}
                """u8)],
        };
        var run = new ScriptedRun(scenario, new ScriptedWorld()
            .Plans(ScriptedPlan.Fail("PLANNER_INVALID_PLAN"), ScriptedPlan.Fail("HTTP_503"),
                ScriptedPlan.Of("""{"steps":[{"id":"bad","skill":"read"}]}"""), ScriptedPlan.Of("""
                {"steps":[{"id":"a","skill":"read","on_failure":{"fallback":{"skill":"paid"}}},
                          {"id":"b","skill":"put","for_each":"[`1`,`2`]","input":{"x":"${item}"}},
                          {"id":"c","skill":"send","approval":{"escalate":{"after_ms":10,"role":"boss"}},"depends_on":["b"]},
                          {"id":"denied","skill":"store","on_failure":"continue"},
                          {"id":"d","skill":"send","when":"`false`"},{"id":"w","wait":{"signal":"go"}},{"id":"q","skill":"quoted"}]}
                """), ScriptedPlan.Done)
            .On("bad", ScriptedAnswer.Fail("HTTP_404"))
            .On("a", ScriptedAnswer.Fail("HTTP_503"), ScriptedAnswer.Fail("HTTP_404"))
            .On("a!", ScriptedAnswer.Ok().Costing(3))
            .On("c", ScriptedAnswer.Fail("HTTP_500")).Decides("c", new ScriptedDecision(true, DelayMs: 500))
            .Signals("go", new ScriptedSignal())).Submit();
        run.Crash();
        run.Go(r => r.State.Attempts > 3);
        run.Crash();
        run.Go(r => r.State.WaitingFor == WaitReason.UnknownOutcome);
        run.Feed(Facts.Settled("c", happened: true));
        return run.Go();
    }

    private static ReplayReport Verify(IReadOnlyList<RunEvent> journal) =>
        JournalVerifier.Verify(Rich.State.Submitted!.RunId, Rich.Documents, journal);

    // As it comes back from a store.
    private static List<RunEvent> Stored => [.. Rich.Journal.Select(e => AosJson.Read<RunEvent>(AosJson.Write(e)))];

    public static TheoryData<int> Decisions() =>
        [.. Enumerable.Range(0, Rich.Journal.Count).Where(i => Rich.Journal[i] is RunEvent.Decision)];

    [Fact]
    public void The_journal_of_these_tests_has_every_kind_of_decision() => Assert.Equal(
        typeof(RunEvent).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(RunEvent.Decision)))
            .Select(type => type.Name).Except([nameof(RunEvent.RunStopping)]).Order(StringComparer.Ordinal),
        Rich.Journal.OfType<RunEvent.Decision>().Select(e => e.GetType().Name).Distinct()
            .Order(StringComparer.Ordinal));

    [Fact]
    public void A_journal_as_stored_verifies_to_parity()
    {
        var report = Verify(Stored);

        Assert.True(report.Parity, report.FirstDivergence?.Message);
        Assert.Equal(
            (Rich.Journal.Count, Rich.Report.BehaviourDigest), (report.EventsCompared, report.BehaviourDigest));
        Assert.Null(report.FirstDivergence);
    }

    [Fact]
    public void A_journal_that_has_not_ended_verifies_without_a_digest()
    {
        var report = Verify([.. Stored.TakeWhile(e => e is not RunEvent.AttemptReturned)]);

        Assert.True(report.Parity);
        Assert.Null(report.BehaviourDigest);
    }

    [Theory]
    [MemberData(nameof(Decisions))]
    public void A_decision_that_was_edited_is_found_at_its_place(int index)
    {
        var journal = Stored;
        journal[index] = journal[index] with { At = journal[index].At.AddMilliseconds(1) };

        AssertDiverges(Verify(journal), index, hasExpected: true);
    }

    [Theory]
    [MemberData(nameof(Decisions))]
    public void A_decision_that_is_missing_is_found_at_its_place(int index)
    {
        var journal = Stored;
        journal.RemoveAt(index);

        AssertDiverges(Verify(journal), index, hasExpected: index < journal.Count);
    }

    [Theory]
    [MemberData(nameof(Decisions))]
    public void A_decision_that_was_added_is_found_at_its_place(int index)
    {
        var journal = Stored;
        journal.Insert(index + 1, new RunEvent.StepEnded
        {
            At = journal[index].At,
            StepId = StepId.Parse("zz"),
            Status = OutcomeStatus.Success,
            Code = Aos.Contracts.Failures.ErrorCodes.Ok,
        });

        AssertDiverges(Verify(journal), index + 1, hasExpected: true);
    }

    [Theory]
    [MemberData(nameof(Decisions))]
    public void Decisions_that_changed_places_are_found_at_the_first(int index)
    {
        var journal = Stored;
        if (index + 1 == journal.Count || journal[index + 1] is not RunEvent.Decision) return;
        (journal[index], journal[index + 1]) = (journal[index + 1], journal[index]);

        AssertDiverges(Verify(journal), index, hasExpected: true);
    }

    [Fact]
    public void A_fact_that_comes_twice_is_found()
    {
        var journal = Stored;
        journal.Add(journal.Last(e => e is RunEvent.AttemptReturned));

        var report = Verify(journal);

        Assert.Equal(
            ("The kernel takes no notice of this fact.", journal.Count),
            (report.FirstDivergence!.Message, (int)report.FirstDivergence.Seq!.Value));
    }

    [Fact]
    public void A_journal_that_begins_with_a_decision_is_found() =>
        AssertDiverges(Verify(Stored[1..]), 0, hasExpected: true);

    private static void AssertDiverges(ReplayReport report, int index, bool hasExpected)
    {
        Assert.False(report.Parity);
        Assert.Equal(index + 1, report.FirstDivergence!.Seq);
        Assert.Equal(index, report.EventsCompared);
        Assert.Equal(hasExpected, report.FirstDivergence.Expected is not null);
        Assert.NotEmpty(report.FirstDivergence.Message);
    }
}
