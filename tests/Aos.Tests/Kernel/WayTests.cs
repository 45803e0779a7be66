using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Replay;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>A skill whose cost depends on its input names ways in which a call can be made; the kernel takes one after
/// another. The skill <c>quoted</c> is one.</summary>
public sealed class WayTests
{
    private const string One = """{"steps":[{"id":"a","skill":"quoted","input":{"q":"${input.x}"}}]}""";

    private static RunScenario Budget(decimal cents, string plan = One) =>
        RunScenario.Of(plan).Limited(c => c with { Budget = Money.FromCents(cents) });

    private static ScriptedRun Run(RunScenario scenario, ValueList<QuotedWay> ways, params ScriptedAnswer[] answers)
    {
        var run =
            ScriptedRun.Of(scenario, new ScriptedWorld().On("a", answers).Quotes("a", Facts.Quoted("a", 1, ways)));
        var report = JournalVerifier.Verify(run.State.Submitted!.RunId, run.Documents, run.Journal);
        Assert.True(report.Parity, report.FirstDivergence?.Message);
        return run;
    }

    private static string[] Tried(ScriptedRun run) =>
        [.. run.Journal.OfType<RunEvent.AttemptStarted>().Select(started => started.Way!)];

    [Fact]
    public void The_skill_is_asked_before_the_call_is_made_and_its_worst_case_is_held()
    {
        var given = Given.Run(Budget(100));
        Assert.Equal((CallPhase.Quoting, 0m), (given.State.Steps[0].Calls[0].Phase, given.State.Reserved.Cents));

        given.When(Facts.Quoted("a", 1, Facts.Way("good", 30))).Then("started a#1 by good")
            .ThenEffects("invoke a#1 quoted");
    }

    [Fact]
    public void What_the_skill_asked_for_is_held_and_what_it_cost_is_settled()
    {
        var run = Run(Budget(100), [Facts.Way("good", 30)], ScriptedAnswer.Ok().Costing(12));

        Assert.Equal(
            (30m, 15m),
            (run.Journal.OfType<RunEvent.AttemptStarted>().Single().Reserved.Cents,
                run.Journal.OfType<RunEvent.AttemptStarted>().Single().PredictedCost.Cents));
        Assert.Equal((RunStatus.Completed, 12m), (run.Report.Status, run.Report.Cost.Cents));
    }

    [Fact]
    public void A_skill_that_cannot_make_the_call_fails_it_before_it_is_made()
    {
        var run = ScriptedRun.Of(Budget(100), new ScriptedWorld().Quotes("a",
            Facts.Quoted("a") with { Code = ErrorCode.Parse("UNKNOWN_MODEL"), Message = "There is none." }));

        Assert.Equal((ErrorCode.Parse("UNKNOWN_MODEL"), 0), (run.Report.Code!.Value, run.Report.Steps[0].Attempts));
        Assert.Contains("There is none.", run.Report.Message!, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_money_does_not_suffice_a_cheaper_way_that_takes_that_over_is_taken()
    {
        Assert.Equal(
            ["cheap"],
            Tried(Run(
                Budget(10),
                [Facts.Way("large", 50), Facts.Way("other", 5, "transient"), Facts.Way("cheap", 4, "budget")],
                ScriptedAnswer.Ok())));
        Assert.Equal(
            ErrorCodes.BudgetExceeded,
            Run(Budget(10), [Facts.Way("large", 50), Facts.Way("other", 5, "transient")],
                ScriptedAnswer.Ok()).Report.Code);
    }

    [Fact]
    public void A_way_that_cannot_be_taken_is_passed_over_as_if_it_had_failed()
    {
        var tooLong = Facts.Way("short", 1) with { Code = ErrorCodes.ContextTooLong, Message = "9000 tokens" };

        Assert.Equal(
            ["long"],
            Tried(Run(
                Budget(10), [tooLong, Facts.Way("cheap", 1, "budget"), Facts.Way("long", 2, "CONTEXT_TOO_LONG")],
                ScriptedAnswer.Ok())));
        Assert.Equal(["long"], Tried(Run(Budget(10), [tooLong, Facts.Way("long", 2, "limit")], ScriptedAnswer.Ok())));

        var run = Run(Budget(10), [tooLong, Facts.Way("cheap", 1, "budget")], ScriptedAnswer.Ok());
        Assert.Equal((ErrorCodes.ContextTooLong, 0), (run.Report.Code!.Value, run.Report.Steps[0].Attempts));
    }

    [Fact]
    public void Another_way_is_taken_at_once_where_the_same_would_have_to_wait()
    {
        var run = Run(Budget(100), [Facts.Way("first", 1), Facts.Way("second", 1, "transient")],
            ScriptedAnswer.Fail("RATE_LIMITED").AskingToWait(60_000), ScriptedAnswer.Ok());

        Assert.Equal(["first", "second"], Tried(run));
        var retry = run.Journal.OfType<RunEvent.RetryScheduled>().Single();
        Assert.Equal((0L, "second"), (retry.DelayMs, retry.Way));
    }

    [Fact]
    public void What_no_other_way_takes_over_is_tried_again_by_the_catalog()
    {
        var run = Run(Budget(100), [Facts.Way("first", 1), Facts.Way("second", 1, "budget")],
            ScriptedAnswer.Fail("HTTP_503"), ScriptedAnswer.Ok());

        Assert.Equal(["first", "first"], Tried(run));
    }

    [Fact]
    public void The_last_way_is_tried_as_often_as_the_catalog_says_counted_from_where_it_began()
    {
        var run = Run(
            Budget(100), [Facts.Way("first", 1), Facts.Way("second", 1, "transient")], ScriptedAnswer.Fail("HTTP_503"));

        Assert.Equal(["first", "second", "second", "second", "second"], Tried(run));
        Assert.Equal(
            [0L, 1_000, 2_000, 4_000], run.Journal.OfType<RunEvent.RetryScheduled>().Select(retry => retry.BoundMs));
    }

    [Fact]
    public void What_can_be_mended_at_once_is_mended_before_another_way_is_taken()
    {
        var run = Run(
            Budget(100), [Facts.Way("first", 1), Facts.Way("second", 1, "transient")],
            ScriptedAnswer.Fail("ANSWER_INVALID"));

        Assert.Equal(["first", "first", "first", "second", "second", "second"], Tried(run));
    }

    [Fact]
    public void A_failure_that_is_never_retried_can_be_taken_over_too()
    {
        var run = Run(Budget(100), [Facts.Way("first", 1), Facts.Way("second", 1, "MODEL_REFUSED")],
            ScriptedAnswer.Fail("MODEL_REFUSED", EffectState.None), ScriptedAnswer.Ok());

        Assert.Equal(["first", "second"], Tried(run));
    }

    [Fact]
    public void A_step_that_may_be_tried_once_has_no_other_way() =>
        Assert.Equal(
            ["first"], Tried(Run(Budget(100, """{"steps":[{"id":"a","skill":"quoted","retry":{"max_attempts":1}}]}"""),
            [Facts.Way("first", 1), Facts.Way("second", 1, "transient")], ScriptedAnswer.Fail("HTTP_503"))));

    [Fact]
    public void Each_attempt_is_asked_for_anew_and_never_spends_more_than_is_left()
    {
        var run = Run(Budget(10), [Facts.Way("first", 6), Facts.Way("cheap", 2, "budget", "transient")],
            ScriptedAnswer.Fail("ANSWER_INVALID").Costing(5), ScriptedAnswer.Ok().Costing(2));

        Assert.Equal(["first", "cheap"], Tried(run));
        Assert.Equal([1, 2], run.Journal.OfType<RunEvent.CallQuoted>().Select(quoted => quoted.Attempt));
        Assert.Equal(7m, run.Report.Cost.Cents);
    }

    [Fact]
    public void A_crash_while_the_skill_is_asked_asks_it_again()
    {
        var given = Given.Run(Budget(100));

        given.When(new RunEvent.RunRecovered { Epoch = 2 }).ThenEffects("quote a#1 quoted");
        given.When(Facts.Quoted("a", 1, Facts.Way("good", 30))).Then("started a#1 by good");
    }

    [Fact]
    public void An_answer_that_nobody_waits_for_changes_nothing()
    {
        var given = Given.Run(Budget(100));
        given.When(Facts.Quoted("a", 2, Facts.Way("good", 30))).ThenEffects();
        given.And(Facts.Quoted("a", 1, Facts.Way("good", 30)));
        given.When(Facts.Quoted("a", 1, Facts.Way("other", 1))).ThenEffects();
        Assert.Equal(1, given.State.InFlight);
    }

    [Fact]
    public void A_run_that_stops_meanwhile_starts_nothing()
    {
        var given = Given.Run(Budget(100));

        given.When(Facts.Cancel()).Then("stopping CANCELLED", "step a skipped RUN_ABORTED", "run cancelled CANCELLED");
    }

    [Fact]
    public void What_was_quoted_for_a_call_is_not_held_for_its_fallback()
    {
        var run = ScriptedRun.Of(
            Budget(100,
                """{"steps":[{"id":"a","skill":"quoted","on_failure":{"fallback":{"skill":"quoted","input":{"other":1}}}}]}"""),
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404"))
                .Quotes("a", Facts.Quoted("a", 1, Facts.Way("x", 5)), Facts.Quoted("a", 2, Facts.Way("y", 7))));

        Assert.Equal(["x", "y"], Tried(run));
        Assert.Equal([5m, 7m], run.Journal.OfType<RunEvent.AttemptStarted>().Select(started => started.Reserved.Cents));
        Assert.Equal(ErrorCodes.FallbackUsed, run.Report.Steps[0].Code);
    }

    [Fact]
    public void A_skill_that_gives_its_ways_new_names_each_time_is_not_followed_for_ever()
    {
        var run = ScriptedRun.Of(Budget(100), new Renaming().On("a", ScriptedAnswer.Fail("HTTP_503")));

        Assert.Equal((RunStatus.Failed, ErrorCode.Parse("HTTP_503")), (run.Report.Status, run.Report.Code!.Value));
        Assert.InRange(run.Report.Steps[0].Attempts, 1, 8);
    }

    [Fact]
    public void What_a_policy_says_of_costs_is_judged_by_the_way_that_is_taken()
    {
        var scenario = Budget(100) with
        {
            Policies = [
                AosJson.Read<Policy>(
                    """{"policy":"p","version":1,"rules":[{"id":"dear","verdict":"deny","match":{"cost_above_cents":5}}]}"""u8)],
        };

        Assert.Equal(ErrorCodes.PolicyDenied, Run(scenario, [Facts.Way("large", 50)], ScriptedAnswer.Ok()).Report.Code);
        Assert.Equal(
            ["small"],
            Tried(Run(scenario, [Facts.Way("large", 500), Facts.Way("small", 4, "budget")], ScriptedAnswer.Ok())));
    }

    [Fact]
    public void An_input_that_a_person_edited_is_asked_for_anew()
    {
        var run = ScriptedRun.Of(
            Budget(100, """{"steps":[{"id":"a","skill":"quoted","input":{"q":1},"approval":{}}]}"""),
            new ScriptedWorld()
            .Decides("a", new ScriptedDecision(true, Payload.FromUtf8("""{"q":2}"""u8.ToArray())))
            .Quotes("a", Facts.Quoted("a", 1, Facts.Way("x", 30)), Facts.Quoted("a", 1, Facts.Way("x", 3))));

        Assert.Equal(
            ["""{"q":1}""", """{"q":2}"""],
            run.Journal.OfType<RunEvent.QuoteRequested>().Select(asked => asked.Input!.ToString()));
        var started = run.Journal.OfType<RunEvent.AttemptStarted>().Single();
        Assert.Equal((3m, """{"q":2}"""), (started.Reserved.Cents, started.Input!.ToString()));
    }

    [Fact]
    public void Nobody_is_asked_to_approve_what_the_money_does_not_cover()
    {
        var run = ScriptedRun.Of(Budget(10, """{"steps":[{"id":"a","skill":"quoted","approval":{}}]}"""),
            new ScriptedWorld().Quotes("a", Facts.Quoted("a", 1, Facts.Way("x", 30))));

        Assert.Equal(ErrorCodes.BudgetExceeded, run.Report.Code);
        Assert.Empty(run.Journal.OfType<RunEvent.ApprovalRequested>());
    }

    private sealed class Renaming : ScriptedWorld
    {
        public override RunEvent.CallQuoted Quote(Effect.QuoteCall asked) => Facts.Quoted("a", asked.Attempt,
            Facts.Way($"first of {asked.Attempt}", 1), Facts.Way($"second of {asked.Attempt}", 1, "transient"));
    }
}
