using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>A new owner takes over: what was in flight is lost and treated by its effect class.</summary>
public sealed class RecoveryTests
{
    private static RunScenario Step(string skill, string more = "") =>
        RunScenario.Of($$"""{"steps":[{"id":"a","skill":"{{skill}}"{{more}}}]}""");

    [Theory]
    [InlineData("pure")]
    [InlineData("read")]
    [InlineData("put")]
    [InlineData("store")]
    public void A_lost_attempt_that_may_be_repeated_is_made_again_at_once_with_the_same_input_and_key(string skill)
    {
        var run = new ScriptedRun(Step(skill, ",\"input\":{\"x\":1}")).Submit();

        var transition = run.Crash();
        run.Go();

        Assert.Equal(["recovered 2", "lost a#1", "retry a#2 immediate 0"], transition.Events.Lines());
        Assert.Equal(["""{"x":1}""", """{"x":1}"""], run.Attempts.Select(attempt => attempt.Input.ToString()));
        Assert.Equal((RunStatus.Completed, 2, 2), (run.Report.Status, run.Report.Steps[0].Attempts, run.State.Epoch));
    }

    [Fact]
    public void A_lost_attempt_that_cannot_be_repeated_waits_for_somebody_who_finds_out() =>
        Given.Run(Step("send")).When(Facts.Recovered()).Then("lost a#1", "hold a ATTEMPT_LOST");

    [Fact]
    public void A_lost_attempt_that_is_found_not_to_have_happened_is_made_again() =>
        Given.Run(Step("send")).And(Facts.Recovered()).When(Facts.Settled("a", happened: false))
            .Then("retry a#2 immediate 0");

    [Fact]
    public void A_lost_attempt_goes_to_the_plans_policy_where_there_is_one() =>
        Given.Run(Step("send", ",\"on_failure\":\"continue\"")).When(Facts.Recovered())
            .Then("lost a#1", "step a unknown OUTCOME_UNKNOWN", "run completed OK");

    [Fact]
    public void What_was_held_for_a_lost_attempt_counts_as_spent()
    {
        var given = Given.Run(Step("paid")).And(Facts.Recovered());

        Assert.Equal((Money.FromCents(10), Money.Zero), (given.State.Spent, given.State.Reserved));
    }

    [Fact]
    public void A_call_that_is_lost_again_and_again_is_given_up()
    {
        var run = new ScriptedRun(Step("read")).Submit();

        for (var i = 0; i < 4; i++)
        {
            run.Crash();
            if (run.State.Ended is null) run.Feed(new RunEvent.TimeReached());
        }

        Assert.Equal("run failed ATTEMPT_LOST by a", run.Journal[^1].Line());
        Assert.Equal(4, run.Attempts.Count());
    }

    [Fact]
    public void While_the_run_stops_a_lost_attempt_ends_as_unknown() =>
        Given.Run(Step("put")).And(Facts.Cancel()).When(Facts.Recovered())
            .Then("lost a#1", "step a unknown ATTEMPT_LOST", "run cancelled CANCELLED");

    [Fact]
    public void Past_the_end_of_the_runs_time_lost_attempts_are_not_made_again() =>
        Given.Run(Step("read")).When(Facts.Recovered() with { At = RunScenario.Of("{}").Start.AddDays(8) })
            .Then("lost a#1", "stopping RUN_TIMEOUT", "step a unknown ATTEMPT_LOST", "run failed RUN_TIMEOUT");

    [Fact]
    public void Waits_are_kept_by_the_new_owner()
    {
        var given = Given.Run(Step("read")).And(Facts.Failed("a", "HTTP_503"));
        var due = given.State.NextWake;

        given.When(Facts.Recovered()).Then(Array.Empty<string>());

        Assert.Equal(due, given.State.NextWake);
        given.WhenItIsTime().Then("started a#2");
    }

    [Fact]
    public void An_owner_of_an_old_epoch_takes_nothing_over()
    {
        var given = Given.Run(Step("read")).And(Facts.Recovered(5));

        given.When(Facts.Recovered(5)).ThenNothing();
        given.When(Facts.Recovered(4)).ThenNothing();
    }

    [Fact]
    public void The_answer_of_a_lost_attempt_is_kept_once_and_changes_nothing()
    {
        var given = Given.Run(Step("send")).And(Facts.Recovered());

        var taken = given.When(Facts.Returned("a", "5").Costing(3)).Then(Array.Empty<string>());

        Assert.Single(taken.Transition.Events);
        Assert.Equal(CallPhase.AwaitingSettlement, taken.State.Steps[0].Calls[0].Phase);
        Assert.Equal("5", taken.State.Steps[0].Calls[0].Last!.Late!.Result!.ToString());
        Assert.Equal(Money.Zero, taken.State.Spent);
        given.When(Facts.Returned("a", "6")).ThenNothing();
    }

    [Fact]
    public void The_answer_of_a_lost_attempt_is_kept_even_after_the_run_has_ended()
    {
        var given = Given.Run(Step("put")).And(Facts.Recovered());
        given.WhenItIsTime().Then("started a#2");
        given.When(Facts.Returned("a", attempt: 2)).Then("step a success OK", "run completed OK");

        Assert.Single(given.When(Facts.Returned("a", attempt: 1)).Transition.Events);
        Assert.Equal(RunStatus.Completed, given.State.Status);
        given.When(Facts.Returned("a", attempt: 1)).ThenNothing();
    }
}
