using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Cancelling: nothing new starts, a grace period, and the run ends when every attempt has come
/// back.</summary>
public sealed class CancellationTests
{
    private static readonly RunScenario Mixed = RunScenario.Of("""
        {"steps":[{"id":"look","skill":"read"},{"id":"count","skill":"pure"},{"id":"mail","skill":"send"},{"id":"write","skill":"put"},
                  {"id":"after","skill":"pure","depends_on":["mail"]}]}
        """);

    [Fact]
    public void What_only_looks_is_stopped_at_once_and_the_rest_has_a_grace_period() =>
        Given.Run(Mixed).When(Facts.Cancel()).Then("stopping CANCELLED").ThenEffects("cancel look#1", "cancel count#1");

    [Fact]
    public void After_the_grace_period_everything_is_stopped()
    {
        var given = Given.Run(Mixed).And(Facts.Cancel());
        Assert.Equal(given.State.LastAt.AddMilliseconds(10_000), given.State.NextWake);

        given.WhenItIsTime().Then(Array.Empty<string>())
            .ThenEffects("cancel look#1", "cancel count#1", "cancel mail#1", "cancel write#1");

        Assert.Null(given.State.NextWake);
    }

    [Fact]
    public void The_run_ends_only_when_every_attempt_has_come_back()
    {
        var given = Given.Run(Mixed)
            .And(Facts.Cancel(), Facts.Returned("mail"), Facts.Returned("look"), Facts.Returned("count"));
        Assert.Null(given.State.Ended);

        given.When(Facts.Returned("write"))
            .Then("step write success OK", "step after skipped RUN_ABORTED", "run cancelled CANCELLED")
            .ThenEffects("finish");
    }

    [Fact]
    public void What_was_sent_and_did_not_come_back_in_time_is_unknown()
    {
        var slow = ScriptedAnswer.Ok().After(50_000);
        var run = new ScriptedRun(
            Mixed, new ScriptedWorld().On("look", slow).On("count", slow).On("mail", slow).On("write", slow)).Submit();
        run.Feed(Facts.Cancel());
        run.Go();

        Assert.Equal(
            [StepStatus.Cancelled, StepStatus.Cancelled, StepStatus.Unknown, StepStatus.Unknown, StepStatus.Skipped],
            run.Report.Steps.Select(step => step.Status));
        Assert.Equal(
            ["CANCELLED", "CANCELLED", "OUTCOME_UNKNOWN", "CANCELLED", "RUN_ABORTED"],
            run.Report.Steps.Select(step => step.Code!.Value.Value));
        Assert.Equal((RunStatus.Cancelled, ErrorCodes.Cancelled), (run.Report.Status, run.Report.Code!.Value));
    }

    [Fact]
    public void A_failure_while_stopping_neither_retries_nor_changes_why_the_run_stops() =>
        Given.Run(Mixed)
            .And(Facts.Cancel(), Facts.Returned("look"), Facts.Returned("count"),
                Facts.Failed("mail", "HTTP_503", effect: EffectState.None))
            .When(Facts.Failed("write", "HTTP_503"))
            .Then("step write failure HTTP_503", "step after skipped RUN_ABORTED", "run cancelled CANCELLED");

    [Fact]
    public void Waits_for_people_and_moments_end_with_the_run()
    {
        var scenario = RunScenario.Of("""
            {"steps":[{"id":"ask","skill":"send","approval":{}},{"id":"again","skill":"read"},{"id":"lost","skill":"send"},
              {"id":"many","skill":"send","for_each":"[`1`,`2`]"}]}
            """);
        var given = Given.Run(scenario).And(Facts.Failed("again", "HTTP_503"), Facts.Failed("lost", "HTTP_500"),
            Facts.Returned("many", item: 0), Facts.Failed("many", "HTTP_500", item: 1));
        var asked = given.State.Steps[0].Calls[0].Approval!.ApprovalId;

        var taken = given.When(Facts.Cancel() with { Reason = "enough" })
            .Then("stopping CANCELLED", "step ask skipped RUN_ABORTED",
            "step again cancelled RUN_ABORTED", "step lost unknown OUTCOME_UNKNOWN",
            "step many unknown OUTCOME_UNKNOWN", "run cancelled CANCELLED");

        Assert.Equal("tester asked to cancel the run: enough", taken.State.Ended!.Message);
        given.When(new RunEvent.ApprovalDecided { ApprovalId = asked, Approved = true, By = "late" }).ThenNothing();
        given.When(Facts.Settled("lost", happened: true)).ThenNothing();
    }

    [Fact]
    public void An_approval_decided_while_the_run_stops_is_void()
    {
        var given = Given.Run(
            RunScenario.Of("""{"steps":[{"id":"ask","skill":"send","approval":{}},{"id":"long","skill":"put"}]}"""));
        var asked = given.State.Steps[0].Calls[0].Approval!.ApprovalId;

        given.And(Facts.Cancel())
            .When(new RunEvent.ApprovalDecided { ApprovalId = asked, Approved = true, By = "late" }).ThenNothing();
    }

    [Fact]
    public void A_run_is_cancelled_once()
    {
        var given = Given.Run(Mixed).And(Facts.Cancel());

        given.When(Facts.Cancel()).ThenNothing();
    }

    [Fact]
    public void Asking_to_cancel_a_run_that_fails_already_leaves_it_failed()
    {
        var given = Given.Run(Mixed).And(Facts.Failed("look", "HTTP_404"));

        given.When(Facts.Cancel()).ThenNothing();
        given.And(Facts.Returned("count"), Facts.Returned("mail")).When(Facts.Returned("write"))
            .Then("step write success OK", "step after skipped RUN_ABORTED", "run failed HTTP_404 by look");
    }

    [Fact]
    public void Nothing_in_flight_ends_a_cancelled_run_at_once()
    {
        var given = Given.Run(RunScenario.Of("""{"steps":[{"id":"ask","skill":"send","approval":{}}]}"""));

        given.When(Facts.Cancel())
            .Then("stopping CANCELLED", "step ask skipped RUN_ABORTED", "run cancelled CANCELLED");
        Assert.Equal(OutcomeStatus.Skipped, given.State.Steps[0].Status);
    }
}
