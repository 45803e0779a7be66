using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>The process is going down: answers count, and nothing is started on them.</summary>
public sealed class DrainTests
{
    private static readonly RunScenario Chain = RunScenario.Of(
        """{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"send","depends_on":["a"]}]}""");

    [Fact]
    public void An_answer_is_taken_and_nothing_is_started_on_it() =>
        Given.Run(Chain).When(Facts.Returned("a") with { Draining = true }).Then("step a success OK").ThenEffects();

    [Fact]
    public void The_next_owner_starts_what_was_left() =>
        Given.Run(Chain).And(Facts.Returned("a") with { Draining = true }).When(Facts.Recovered()).Then("started b#1");

    [Fact]
    public void A_failed_answer_is_judged_and_tried_again_later() =>
        Given.Run(Chain)
            .When(Facts.Failed("a", "HTTP_503", effect: EffectState.None) with { Draining = true, RetryAfterMs = 5 })
            .Then("retry a#2 retry_after 5").ThenEffects();

    [Fact]
    public void The_last_answer_ends_the_run() =>
        Given.Run(Chain).And(Facts.Returned("a")).When(Facts.Returned("b") with { Draining = true })
            .Then("step b success OK", "run completed OK");

    [Fact]
    public void A_plan_is_accepted_and_not_begun()
    {
        var scenario = RunScenario.OfGoal("do it");
        var asked = new ScriptedRun(scenario).Submit();
        var plan =
            asked.Documents.Add(scenario.Pin(ScriptedPlan.Of("""{"steps":[{"id":"a","skill":"read"}]}""").Plan!));
        var taken =
            asked.Feed(new RunEvent.PlannerAnswered { Round = 1, Code = ErrorCodes.Ok, Plan = plan, Draining = true });
        Assert.Equal(["planner answered 1 OK", "plan accepted 1"], taken.Events.Lines());
        Assert.Empty(taken.Effects);
    }
}
