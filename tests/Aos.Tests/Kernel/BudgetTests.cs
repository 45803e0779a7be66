using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Money is held before an attempt and settled after it. The skill <c>paid</c> costs 10 cents at
/// worst.</summary>
public sealed class BudgetTests
{
    private const string Three =
        """{"steps":[{"id":"a","skill":"paid"},{"id":"b","skill":"paid"},{"id":"c","skill":"paid"}]}""";

    private static RunScenario Budget(string plan, decimal cents, decimal? perStep = null) => RunScenario.Of(plan)
        .Limited(
            c => c with { Budget = Money.FromCents(cents), PerStep = perStep is { } p ? Money.FromCents(p) : null });

    [Fact]
    public void An_attempt_holds_its_worst_case_and_settles_its_real_cost()
    {
        var given = Given.Run(Budget(Three, 100));
        Assert.Equal((30m, 0m, 70m), (given.State.Reserved.Cents, given.State.Spent.Cents, given.State.Free.Cents));

        given.And(Facts.Returned("a").Costing(4));

        Assert.Equal((20m, 4m, 76m), (given.State.Reserved.Cents, given.State.Spent.Cents, given.State.Free.Cents));
    }

    [Fact]
    public void An_attempt_waits_while_others_hold_the_money_and_starts_when_they_give_it_back()
    {
        var given = Given.Run(Budget(Three, 25));
        Assert.Equal(2, given.State.InFlight);

        given.When(Facts.Returned("a").Costing(5)).Then("step a success OK", "started c#1");
    }

    [Fact]
    public void An_attempt_is_refused_when_what_is_left_can_never_suffice()
    {
        var given = Given.Run(Budget(Three, 25)).And(Facts.Returned("a").Costing(9));

        given.When(Facts.Returned("b").Costing(7)).Then(
            "step b success OK", "step c failure BUDGET_EXCEEDED", "stopping BUDGET_EXCEEDED by c",
            "run failed BUDGET_EXCEEDED by c");

        Assert.Equal("c may cost 10¢; 9¢ of the run's 25¢ are left.", given.State.Steps[2].Message);
    }

    [Fact]
    public void A_budget_that_just_suffices_suffices()
    {
        Assert.Equal(RunStatus.Completed, ScriptedRun.Of(Budget(Three, 30), Costs(10)).Report.Status);
        Assert.Equal(ErrorCodes.BudgetExceeded, ScriptedRun.Of(Budget(Three, 29.9999999m), Costs(10)).Report.Code);
    }

    [Fact]
    public void A_budget_of_zero_admits_free_steps_only()
    {
        var run = ScriptedRun.Of(
            Budget("""{"steps":[{"id":"free","skill":"send"},{"id":"a","skill":"paid","depends_on":["free"]}]}""", 0));

        Assert.Equal("free", Assert.Single(run.Attempts).Call.Step.Value);
        Assert.Equal(ErrorCodes.BudgetExceeded, run.Report.Code);
        Assert.Equal(0m, run.Report.Cost.Cents);
    }

    [Fact]
    public void A_step_spends_no_more_than_its_own_limit_over_all_its_attempts()
    {
        var run = ScriptedRun.Of(Budget("""{"steps":[{"id":"a","skill":"paid"}]}""", 100, perStep: 15),
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_503").Costing(4)));

        // 10 fits; 4 + 10 fits; 8 + 10 does not.
        Assert.Equal(2, run.Attempts.Count());
        Assert.Equal((ErrorCodes.StepBudgetExceeded, 8m), (run.Report.Code!.Value, run.Report.Cost.Cents));
        Assert.Equal(
            "Step 'a' failed: STEP_BUDGET_EXCEEDED: a may cost 10¢; 7¢ of the step's 15¢ are left.",
            run.Report.Message);
    }

    [Fact]
    public void Items_of_a_step_share_its_limit_and_wait_for_each_other()
    {
        var most = Money.Zero;
        var run = new ScriptedRun(
            Budget("""{"steps":[{"id":"a","skill":"paid","for_each":"[`1`,`2`,`3`]"}]}""", 100, perStep: 20), Costs(3))
        {
            Observer = (_, transition) => most = Money.Max(most, transition.State.Reserved),
        }.Submit().Go();

        Assert.Equal(20m, most.Cents);
        Assert.Equal((RunStatus.Completed, 9m), (run.Report.Status, run.Report.Cost.Cents));
    }

    [Fact]
    public void A_skill_that_costs_more_than_it_promised_fails_once_and_for_all_and_what_it_took_is_counted()
    {
        var run = ScriptedRun.Of(Budget("""{"steps":[{"id":"a","skill":"paid"}]}""", 100), Costs(10.5m));

        Assert.Equal((ErrorCodes.CostCeilingBroken, 10.5m), (run.Report.Code!.Value, run.Report.Cost.Cents));
        Assert.Single(run.Attempts);
        Assert.Null(run.Report.Steps[0].Outcome!.Result);
    }

    [Fact]
    public void A_failure_above_the_promised_cost_is_not_tried_again()
    {
        var run = ScriptedRun.Of(Budget("""{"steps":[{"id":"a","skill":"paid"}]}""", 100),
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_503").Costing(11)));

        Assert.Equal(ErrorCodes.Http503, run.Report.Code);
        Assert.Single(run.Attempts);
    }

    [Fact]
    public void A_call_that_cost_too_much_and_may_have_happened_is_still_unknown() =>
        Given.Run(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"mail"}]}""")
                .WithSkills(s => s.With("mail@1.0.0", worstCents: 1), "mail"))
            .And(Facts.Failed("a", "HTTP_500").Costing(2))
            .When(Facts.Settled("a", happened: false))
            .Then("step a failure HTTP_500", "stopping HTTP_500 by a", "run failed HTTP_500 by a");

    [Fact]
    public void An_overspent_budget_leaves_nothing_free_and_admits_nothing_that_costs()
    {
        var run = ScriptedRun.Of(
            Budget("""{"steps":[{"id":"a","skill":"paid","on_failure":"continue"},{"id":"b","skill":"paid","depends_on":["a"]}]}""", 12), Costs(50));

        Assert.Equal(Money.Zero, run.State.Free);
        Assert.Contains("0¢ of the run's 12¢ are left", run.Report.Message, StringComparison.Ordinal);
        Assert.Single(run.Attempts);
    }

    [Fact]
    public void Worst_cases_near_the_end_of_the_scale_do_no_harm()
    {
        var run = ScriptedRun.Of(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"paid"},{"id":"b","skill":"vast","depends_on":["a"]}]}""")
            .WithSkills(s => s.With("vast@1.0.0", EffectClass.Read, worstCents: 922_337_203_685m), "vast")
            .Limited(c => c with { PerStep = Money.FromCents(922_337_203_685m) }), Costs(10));

        Assert.Equal(ErrorCodes.BudgetExceeded, run.Report.Code);
    }

    private static ScriptedWorld Costs(decimal cents)
    {
        var answer = ScriptedAnswer.Ok().Costing(cents);
        return new ScriptedWorld().On("a", answer).On("b", answer).On("c", answer);
    }
}
