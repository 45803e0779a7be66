using System.Text;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Replay;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Planners that cost, that mend their answers, and that observe what came of a plan.</summary>
public sealed class PlanRepairTests
{
    private const string OneStep = """{"steps":[{"id":"a","skill":"read"}],"output":"steps.a.status"}""";

    private static readonly RunScenario Static =
        RunScenario.OfGoal("do it").Limited(c => c with { MaxPlanRepairs = 2 }) with
        {
            Planning =
            new PlanningTerms { WorstCost = Money.FromCents(10), ExpectedCost = Money.FromCents(2), MaxRepairs = 5 },
        };

    private static readonly RunScenario Iterative = Static with { PlannerMode = PlannerMode.Iterative };

    private static RunEvent.PlannerAnswered Answered(int round, string code, decimal cents = 0) =>
        new() { Round = round, Code = ErrorCode.Parse(code), Cost = Money.FromCents(cents) };

    private static ScriptedPlan Step(string id, string skill = "read", string rest = "") =>
        ScriptedPlan.Of($$"""{"steps":[{"id":"{{id}}","skill":"{{skill}}"{{rest}}}]}""");

    private static Payload Json(string text) => Payload.FromUtf8(Encoding.UTF8.GetBytes(text));

    private static ScriptedRun Verified(ScriptedRun run)
    {
        Assert.True(JournalVerifier.Verify(run.State.Submitted!.RunId, run.Documents, run.Journal).Parity);
        Assert.Equal(Money.Zero, run.State.Reserved);
        return run;
    }

    [Fact]
    public void A_refused_plan_is_mended_and_every_answer_is_paid()
    {
        var run = Verified(ScriptedRun.Of(Static, new ScriptedWorld().Plans(
            ScriptedPlan.Fail("PLANNER_INVALID_PLAN") with { Cost = Money.FromCents(3) },
            ScriptedPlan.Of(OneStep) with { Cost = Money.FromCents(4) })));

        Assert.Equal(
            [
                "submitted", "plan requested 1", "planner answered 1 PLANNER_INVALID_PLAN", "plan requested 2 repair 1",
                "planner answered 2 OK", "plan accepted 2", "started a#1", "returned a#1 success OK",
                "step a success OK", "run completed OK",
            ],
            run.Journal.Lines());
        Assert.Equal(Money.FromCents(7), run.Report.Cost);
    }

    [Theory]
    [InlineData(2, 5, 3)]
    [InlineData(5, 1, 2)]
    [InlineData(0, 5, 1)]
    [InlineData(3, 0, 1)]
    public void It_is_mended_as_often_as_contract_and_planner_allow(int contract, int planner, int rounds)
    {
        var scenario = Static.Limited(c => c with { MaxPlanRepairs = contract }) with
        {
            Planning = new PlanningTerms { MaxRepairs = planner }
        };

        var run =
            Verified(ScriptedRun.Of(scenario, new ScriptedWorld().Plans(ScriptedPlan.Fail("PLANNER_INVALID_PLAN"))));

        Assert.Equal((ErrorCodes.PlannerInvalidPlan, rounds), (run.Report.Code, run.State.PlannerRounds));
        Assert.Equal(
            rounds > 1, run.Report.Message?.Contains($"mended {rounds - 1} times", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_repair_counts_as_a_round()
    {
        var run = ScriptedRun.Of(Static.Limited(c => c with { MaxPlannerRounds = 2 }),
            new ScriptedWorld().Plans(ScriptedPlan.Fail("PLANNER_INVALID_PLAN")));

        Assert.Equal((ErrorCodes.PlannerInvalidPlan, 2), (run.Report.Code, run.State.PlannerRounds));
    }

    [Fact]
    public void The_planner_sees_the_answer_that_it_is_to_mend_and_none_once_it_was_mended()
    {
        var given = Given.Run(Iterative).And(Answered(1, "PLANNER_INVALID_PLAN") with { Proposal = Json("\"no\"") });
        Assert.Equal((1, 1), (given.State.RefusedAnswer!.Round, given.State.PlanRepair));

        // What keeps it from answering does not make it forget.
        given.And(Answered(2, "RATE_LIMITED") with { RetryAfterMs = 5 });
        Assert.Equal((1, 1), (given.State.RefusedAnswer!.Round, given.State.PlanRepair));

        given.And(new RunEvent.TimeReached()).And(Answered(3, "OK"));
        Assert.Null(given.State.RefusedAnswer);
    }

    [Fact]
    public void The_most_that_an_answer_can_cost_is_held_before_the_planner_is_asked()
    {
        var given = Given.Run(Static);
        Assert.Equal((Money.FromCents(10), Money.FromCents(90)), (given.State.Reserved, given.State.Free));

        var state = given.When(Answered(1, "PLANNER_FAILED", 3)).State;
        Assert.Equal((Money.Zero, Money.FromCents(3)), (state.Reserved, state.Spent));
    }

    [Fact]
    public void A_planner_that_cannot_be_paid_is_not_asked()
    {
        var poor = Given.Run(Static.Limited(c => c with { Budget = Money.FromCents(9) }));
        Assert.Equal(ErrorCodes.BudgetExceeded, poor.State.Ended!.Code);
        Assert.Equal(0, poor.State.PlannerRounds);

        Given.Run(Static.Limited(c => c with { Budget = Money.FromCents(19) }))
            .When(Answered(1, "PLANNER_INVALID_PLAN", 9.5m))
            .Then("stopping BUDGET_EXCEEDED", "run failed BUDGET_EXCEEDED");
        Given.Run(Static.Limited(c => c with { Budget = Money.FromCents(19) }))
            .When(Answered(1, "PLANNER_INVALID_PLAN", 9m)).Then("plan requested 2 repair 1").ThenEffects("plan 2");
    }

    [Fact]
    public void An_answer_that_costs_more_than_was_declared_stops_the_run_whatever_it_says() =>
        Given.Run(Static).When(Answered(1, "PLANNER_INVALID_PLAN", 10.1m))
            .Then("stopping COST_CEILING_BROKEN", "run failed COST_CEILING_BROKEN");

    [Fact]
    public void A_busy_planner_is_asked_again_when_it_says_and_the_run_waits_for_that_moment()
    {
        var given = Given.Run(Static).And(Answered(1, "RATE_LIMITED") with { RetryAfterMs = 7_000 });

        Assert.Equal((RunStatus.Waiting, WaitReason.Timer), (given.State.Status, given.State.WaitingFor));
        Assert.Equal(given.State.LastAt.AddSeconds(7), given.State.NextWake);
        given.WhenItIsTime().Then("plan requested 2").ThenEffects("plan 2");
    }

    [Fact]
    public void A_planner_that_stays_busy_is_asked_as_often_as_the_catalog_says()
    {
        var run = Verified(ScriptedRun.Of(Static, new ScriptedWorld().Plans(ScriptedPlan.Fail("RATE_LIMITED"))));

        var most =
            BuiltInCatalog.Instance.Entries.Single(entry => entry.Code.Value == "RATE_LIMITED").Retry!.MaxAttempts;
        Assert.Equal(("RATE_LIMITED", most), (run.Report.Code!.Value.Value, run.State.PlannerRounds));
        Assert.Equal(most - 1, run.Journal.OfType<RunEvent.PlannerRetryScheduled>().Count());
    }

    [Fact]
    public void Answers_in_between_start_the_count_of_failures_anew()
    {
        var busy = ScriptedPlan.Fail("RATE_LIMITED") with { RetryAfterMs = 1 };
        var run = ScriptedRun.Of(Static, new ScriptedWorld().Plans(
            busy, busy, busy, ScriptedPlan.Fail("PLANNER_INVALID_PLAN"), busy, busy, busy, ScriptedPlan.Of(OneStep)));

        Assert.Equal((RunStatus.Completed, 8), (run.Report.Status, run.State.PlannerRounds));
    }

    [Fact]
    public void After_a_crash_the_lost_answer_is_counted_as_paid_and_asked_for_again_in_another_round()
    {
        var given = Given.Run(Static).And(Answered(1, "PLANNER_INVALID_PLAN", 1));

        var taken =
            given.When(Facts.Recovered()).Then("planner lost 2", "plan requested 3 repair 1").ThenEffects("plan 3");
        Assert.Equal((Money.FromCents(11), Money.FromCents(10)), (taken.State.Spent, taken.State.Reserved));
        given.When(Answered(2, "OK")).ThenNothing();
    }

    [Fact]
    public void A_run_that_ends_before_the_answer_counts_it_as_paid()
    {
        var taken =
            Given.Run(Static).And(Facts.Cancel()).WhenItIsTime().Then("planner lost 1", "run cancelled CANCELLED");

        Assert.Equal((Money.FromCents(10), Money.Zero), (taken.State.Ended!.Cost, taken.State.Reserved));
    }

    [Fact]
    public void While_its_process_goes_down_a_refused_plan_is_kept_and_the_next_owner_asks_for_its_repair()
    {
        var given = Given.Run(Static).And(Answered(1, "PLANNER_INVALID_PLAN") with { Draining = true });
        Assert.False(given.State.IsPlanning);

        given.When(Facts.Recovered()).Then("plan requested 2 repair 1").ThenEffects("plan 2");
    }

    [Fact]
    public void A_run_whose_time_is_over_asks_for_no_repair() => Given.Run(Static)
        .When(Answered(1, "PLANNER_INVALID_PLAN") with { At = Static.Start.AddDays(8) })
        .Then("stopping RUN_TIMEOUT", "run failed RUN_TIMEOUT");

    [Fact]
    public void An_iterative_planner_sees_a_failure_and_plans_on()
    {
        var run = Verified(ScriptedRun.Of(Iterative, new ScriptedWorld()
            .Plans(ScriptedPlan.Of(
                """{"steps":[{"id":"a","skill":"put"},{"id":"b","skill":"read","depends_on":["a"]}]}"""),
                Step("c"),
                ScriptedPlan.Done with { Output = Json("""{"a":"${steps.a.code}","text":"c is ${steps.c.status}"}""") })
            .On("a", ScriptedAnswer.Fail("HTTP_404"))));

        Assert.Equal(
            [
                "submitted", "plan requested 1", "planner answered 1 OK", "plan accepted 1", "started a#1",
                "returned a#1 failure HTTP_404",
                "step a failure HTTP_404", "plan aborted HTTP_404 by a", "step b skipped PLAN_ABORTED",
                "plan requested 2",
                "planner answered 2 OK", "plan accepted 2", "started c#1", "returned c#1 success OK",
                "step c success OK",
                "plan requested 3", "planner answered 3 OK", "run completed OK",
            ],
            run.Journal.Lines());
        Assert.Equal("""{"a":"HTTP_404","text":"c is success"}""", run.Report.Output!.ToString());
    }

    [Fact]
    public void Without_terms_of_planning_a_failure_ends_the_run_as_it_always_did()
    {
        var run = ScriptedRun.Of(Iterative with { Planning = null }, new ScriptedWorld()
            .Plans(Step("a"), ScriptedPlan.Done).On("a", ScriptedAnswer.Fail("HTTP_404")));

        Assert.Equal((RunStatus.Failed, 1), (run.Report.Status, run.State.PlannerRounds));
    }

    [Fact]
    public void What_is_in_flight_when_a_plan_fails_ends_first_and_nothing_more_is_started()
    {
        var run = Verified(ScriptedRun.Of(Iterative, new ScriptedWorld()
            .Plans(ScriptedPlan.Of("""
                {"steps":[{"id":"a","skill":"read"},{"id":"slow","skill":"read"},{"id":"w","wait":{"for_ms":60000}},
                          {"id":"list","skill":"put","for_each":"[`1`,`2`]"},{"id":"after","skill":"read","depends_on":["slow"]}]}
                """), ScriptedPlan.Done)
            .On("a", ScriptedAnswer.Fail("HTTP_404").After(50)).On("slow", ScriptedAnswer.Fail("HTTP_503").After(500))
            .On("list", ScriptedAnswer.Ok().After(200))));

        Assert.Equal(
            [
                "plan aborted HTTP_404 by a", "returned list[0] success", "returned list[1] success",
                "step list success OK",
                "step slow failure HTTP_503", "step w cancelled PLAN_ABORTED", "step after skipped PLAN_ABORTED",
                "plan requested 2",
            ],
            run.Journal.Lines().SkipWhile(line => !line.StartsWith("plan aborted", StringComparison.Ordinal))
                .Where(line => !line.StartsWith("item", StringComparison.Ordinal)
                    && !line.StartsWith("returned slow", StringComparison.Ordinal))
                .Select(line => line.Replace("#1 success OK", " success", StringComparison.Ordinal)).Take(8));
        Assert.Equal(RunStatus.Completed, run.Report.Status);
    }

    [Fact]
    public void Nobody_plans_on_while_it_is_not_known_whether_a_call_took_effect()
    {
        var run = new ScriptedRun(Iterative, new ScriptedWorld()
            .Plans(ScriptedPlan.Of("""{"steps":[{"id":"a","skill":"read"},{"id":"pay","skill":"send"}]}"""),
                ScriptedPlan.Done)
            .On("a", ScriptedAnswer.Fail("HTTP_404")).On("pay", ScriptedAnswer.Fail("HTTP_500").After(200)))
            .Submit().Go();

        Assert.Equal(
            (RunStatus.Waiting, WaitReason.UnknownOutcome, 1),
            (run.State.Status, run.State.WaitingFor, run.State.PlannerRounds));
        run.Feed(Facts.Settled("pay", happened: true));
        Assert.Equal((RunStatus.Completed, 2), (run.Go().Report.Status, run.State.PlannerRounds));
    }

    [Theory]
    [InlineData("""{"steps":[{"id":"pay","skill":"send","on_failure":"abort"}]}""", "OUTCOME_UNKNOWN")]
    [InlineData("""{"steps":[{"id":"pay","skill":"send","approval":{}}]}""", "APPROVAL_REJECTED")]
    public void An_unknown_outcome_and_a_rejection_end_the_run(string plan, string code)
    {
        var run = ScriptedRun.Of(Iterative, new ScriptedWorld().Plans(ScriptedPlan.Of(plan), ScriptedPlan.Done)
            .On("pay", ScriptedAnswer.Fail("HTTP_500")).Decides("pay", new ScriptedDecision(false)));

        Assert.Equal(
            (RunStatus.Failed, code, 1), (run.Report.Status, run.Report.Code!.Value.Value, run.State.PlannerRounds));
    }

    [Fact]
    public void A_plan_that_failed_and_is_proposed_again_under_other_names_is_a_loop()
    {
        const string first = """{"goal":"x","steps":[{"id":"a","skill":"read","input":{"q":1}},{"id":"b","skill":"pure","input":{"x":"${steps.a.result}"},"depends_on":["a"]}]}""";
        const string again = """{"goal":"y","steps":[{"skill":"read","id":"c","input":{"q":1}},{"id":"d","skill":"pure","input":{"x":"${steps.c.result}"},"depends_on":["c"]}],"output":"`1`"}""";

        var run = Verified(
            ScriptedRun.Of(
                Iterative, new ScriptedWorld().Plans(ScriptedPlan.Of(first), Step("other"), ScriptedPlan.Of(again))
            .On("b", ScriptedAnswer.Fail("OWN_CODE"))));

        Assert.Equal((ErrorCodes.LoopDetected, 3), (run.Report.Code, run.State.PlannerRounds));
        Assert.Contains("the plan of round 1 again", run.Report.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"steps":[{"id":"c","skill":"read","input":{"q":2}}]}""", "HTTP_404")]
    [InlineData("""{"steps":[{"id":"c","skill":"put","input":{"q":1}}]}""", "HTTP_404")]
    [InlineData("""{"steps":[{"id":"c","skill":"read","input":{"q":1}}]}""", null)]
    public void A_changed_plan_and_one_that_went_well_are_no_loop(string second, string? firstFails)
    {
        var run = ScriptedRun.Of(Iterative, new ScriptedWorld()
            .Plans(ScriptedPlan.Of("""{"steps":[{"id":"a","skill":"read","input":{"q":1}}]}"""),
                ScriptedPlan.Of(second), ScriptedPlan.Done)
            .On("a", firstFails is null ? ScriptedAnswer.Ok() : ScriptedAnswer.Fail(firstFails)));

        Assert.Equal((RunStatus.Completed, 3), (run.Report.Status, run.State.PlannerRounds));
    }

    [Fact]
    public void Failing_plans_that_all_differ_end_with_the_rounds()
    {
        var plans = Enumerable.Range(0, 12).Select(i => Step($"s{i}", rest: $$""","input":{"i":{{i}}}""")).ToArray();
        var world = new ScriptedWorld().Plans(plans);
        for (var i = 0; i < 12; i++) world.On($"s{i}", ScriptedAnswer.Fail("HTTP_404"));

        Assert.Equal(ErrorCodes.PlannerRoundsExceeded, ScriptedRun.Of(Iterative, world).Report.Code);
    }

    [Theory]
    [InlineData("""{"x":"${steps.a.result.n}"}""", "OK", """{"x":4}""")]
    [InlineData("\"${steps.a.result}\"", "OK", """{"n":4}""")]
    [InlineData("\"n: ${steps.a.nothing}\"", "TEMPLATE_FAILED", null)]
    [InlineData("\"${steps.\"", "TEMPLATE_FAILED", null)]
    public void The_output_of_an_iterative_planner_is_a_template_over_what_came_of_its_plans(
        string output, string code, string? result)
    {
        var run = ScriptedRun.Of(Iterative, new ScriptedWorld()
            .Plans(ScriptedPlan.Of("""{"steps":[{"id":"a","skill":"read"}],"output":"`7`"}"""),
                ScriptedPlan.Done with { Output = Json(output) })
            .On("a", ScriptedAnswer.Ok("""{"n":4}""")));

        Assert.Equal((code, result), (run.Report.Code!.Value.Value, run.Report.Output?.ToString()));
    }

    [Fact]
    public void Crashes_at_any_moment_of_planning_lose_no_money()
    {
        var world = () => new ScriptedWorld()
            .Plans(ScriptedPlan.Fail("PLANNER_INVALID_PLAN") with { Cost = Money.FromCents(1) },
                ScriptedPlan.Fail("HTTP_503"), Step("a"), Step("b"), ScriptedPlan.Done)
            .On("a", ScriptedAnswer.Fail("HTTP_404"));
        var length = ScriptedRun.Of(Iterative, world()).Journal.Count;
        for (var at = 1; at < length; at++)
        {
            var run = new ScriptedRun(Iterative, world()).Submit().Go(r => r.Journal.Count >= at);
            run.Crash();
            run.Go();
            Assert.NotNull(run.State.Ended);
            Assert.True(run.State.Spent <= run.State.Contract.Budget);
            Verified(run);
        }
    }
}
