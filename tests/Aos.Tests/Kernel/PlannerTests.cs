using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Rounds of planning.</summary>
public sealed class PlannerTests
{
    private const string OneStep = """{"steps":[{"id":"a","skill":"read"}],"output":"steps.a.status"}""";

    private static readonly RunScenario Static = RunScenario.OfGoal("do it");
    private static readonly RunScenario Iterative = RunScenario.OfGoal("do it", PlannerMode.Iterative);

    private static RunEvent.PlannerAnswered Answered(int round, string code) =>
        new() { Round = round, Code = ErrorCode.Parse(code) };

    [Fact]
    public void A_goal_is_planned_before_anything_else()
    {
        var run = ScriptedRun.Of(Static, new ScriptedWorld().Plans(ScriptedPlan.Of(OneStep)));

        Assert.Equal(
            [
                "submitted", "plan requested 1", "planner answered 1 OK", "plan accepted 1", "started a#1",
                "returned a#1 success OK", "step a success OK", "run completed OK",
            ],
            run.Journal.Lines());
        Assert.Equal("\"success\"", run.Report.Output?.ToString());
    }

    [Fact]
    public void A_static_planner_is_asked_once()
    {
        var run = ScriptedRun.Of(Static, new ScriptedWorld().Plans(ScriptedPlan.Of(OneStep), ScriptedPlan.Of(OneStep)));

        Assert.Equal(1, run.State.PlannerRounds);
        Assert.Equal(RunStatus.Completed, run.State.Status);
    }

    [Theory]
    [InlineData("PLANNER_NO_PLAN")]
    [InlineData("PLANNER_INVALID_GOAL")]
    [InlineData("PLANNER_INVALID_PLAN")]
    [InlineData("PLANNER_FAILED")]
    public void A_planner_that_fails_fails_the_run_with_its_code(string code) =>
        Given.Run(Static).When(Answered(1, code))
            .Then($"stopping {code}", $"run failed {code}")
            .ThenEffects("finish");

    [Fact]
    public void A_static_planner_that_answers_without_a_plan_has_no_plan() =>
        Given.Run(Static).When(Answered(1, "OK")).Then("stopping PLANNER_NO_PLAN", "run failed PLANNER_NO_PLAN");

    [Fact]
    public void An_iterative_planner_that_has_nothing_to_do_at_once_completes_the_run()
    {
        var taken = Given.Run(Iterative).When(Answered(1, "OK")).Then("run completed OK");

        Assert.Null(taken.State.Ended!.Output);
        Assert.Null(taken.State.Program);
    }

    [Fact]
    public void An_iterative_planner_is_asked_until_nothing_is_left_to_do_and_later_rounds_read_earlier_ones()
    {
        var run = ScriptedRun.Of(Iterative, new ScriptedWorld()
            .Plans(
                ScriptedPlan.Of("""{"steps":[{"id":"a","skill":"read"}]}"""),
                ScriptedPlan.Of("""
                    {"steps":[{"id":"b","skill":"pure","input":{"x":"${steps.a.result.n}"}}],
                     "output":"[steps.a.result.n, steps.b.result.m]"}
                    """),
                ScriptedPlan.Done)
            .On("a", ScriptedAnswer.Ok("""{"n":1}""")).On("b", ScriptedAnswer.Ok("""{"m":2}""")));

        Assert.Equal("[1,2]", run.Report.Output?.ToString());
        Assert.Equal("""{"x":1}""", run.Attempts.Last().Input.ToString());
        Assert.Equal(3, run.State.PlannerRounds);
        Assert.Equal(["a", "b"], run.Report.Steps.Select(step => step.StepId.Value));
    }

    [Fact]
    public void Rounds_are_bounded_by_the_contract()
    {
        var plans = Enumerable.Range(0, 9)
            .Select(round => ScriptedPlan.Of($$"""{"steps":[{"id":"s{{round}}","skill":"read"}]}""")).ToArray();

        var run =
            ScriptedRun.Of(Iterative.Limited(c => c with { MaxPlannerRounds = 3 }), new ScriptedWorld().Plans(plans));

        Assert.Equal(ErrorCodes.PlannerRoundsExceeded, run.Report.Code);
        Assert.Equal(RunStatus.Failed, run.Report.Status);
        Assert.Equal(3, run.Report.Steps.Count);
    }

    [Fact]
    public void Planning_costs_count()
    {
        var run = ScriptedRun.Of(Static, new ScriptedWorld()
            .Plans(ScriptedPlan.Of(OneStep) with { Cost = Money.FromCents(7) }));

        Assert.Equal(Money.FromCents(7), run.Report.Cost);
    }

    [Fact]
    public void Planning_that_costs_more_than_there_is_fails_the_run_before_anything_starts()
    {
        var run = ScriptedRun.Of(Static, new ScriptedWorld()
            .Plans(ScriptedPlan.Of(OneStep) with { Cost = Money.FromCents(100.0000001m) }));

        Assert.Equal(ErrorCodes.BudgetExceeded, run.Report.Code);
        Assert.Empty(run.Attempts);
    }

    [Fact]
    public void A_run_that_is_cancelled_while_it_plans_ends_cancelled_whatever_the_planner_answers() =>
        Given.Run(Static).And(Facts.Cancel())
            .When(Answered(1, "PLANNER_FAILED"))
            .Then("run cancelled CANCELLED");

    [Fact]
    public void A_plan_that_comes_after_a_cancellation_is_not_taken_on()
    {
        var run = new ScriptedRun(Static, new ScriptedWorld().Plans(ScriptedPlan.Of(OneStep))).Submit();
        run.Feed(Facts.Cancel());
        run.Go();

        Assert.Equal(
            ["submitted", "plan requested 1", "cancel", "stopping CANCELLED", "planner answered 1 OK",
                "run cancelled CANCELLED"],
            run.Journal.Lines());
    }

    [Fact]
    public void A_planner_that_never_answers_holds_a_cancelled_run_up_for_the_grace_period_only() =>
        Given.Run(Static).And(Facts.Cancel()).WhenItIsTime().Then("run cancelled CANCELLED");

    [Fact]
    public void A_planner_that_never_answers_cannot_outlast_the_run()
    {
        var given = Given.Run(Static).And(new RunEvent.TimeReached { At = Static.Start.AddDays(7) });

        given.WhenItIsTime().Then("run failed RUN_TIMEOUT");
    }

    [Fact]
    public void After_a_recovery_the_planner_is_asked_again() =>
        Given.Run(Static).When(Facts.Recovered()).Then(Array.Empty<string>()).ThenEffects("plan 1");

    [Fact]
    public void After_a_recovery_a_stopping_run_asks_no_planner() =>
        Given.Run(Static).And(Facts.Cancel()).When(Facts.Recovered()).ThenEffects();

    [Fact]
    public void An_answer_of_another_round_or_a_second_answer_is_ignored()
    {
        var given = Given.Run(Static);

        given.When(Answered(2, "OK")).ThenNothing();
        given.And(Answered(1, "PLANNER_FAILED")).When(Answered(1, "OK")).ThenNothing();
    }
}
