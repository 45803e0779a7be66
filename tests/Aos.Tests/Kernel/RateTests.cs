using Aos.Contracts.Agents;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Calls under rates, as the kernel decides them.</summary>
public sealed class RateTests
{
    private static readonly DateTimeOffset Start = new RunScenario().Start;

    [Fact]
    public void A_call_under_a_rate_asks_for_a_slot_before_its_attempt() =>
        Given.Run(One("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"pure"}]}""")).When(Slot("a", 0))
            .Then("started a#1").ThenEffects("invoke a#1 read");

    [Fact]
    public void A_slot_that_lies_ahead_is_waited_for()
    {
        var given = Given.Run(One("""{"steps":[{"id":"a","skill":"read"}]}""")).And(Slot("a", 30));
        Assert.Equal(
            (RunStatus.Waiting, WaitReason.Timer, Start.AddSeconds(30)),
            (given.State.Status, given.State.WaitingFor, given.State.NextWake));
        given.WhenItIsTime().Then("started a#1");
    }

    [Fact]
    public void A_slot_that_comes_too_late_for_the_run_fails_the_call() =>
        Given.Run(One("""{"steps":[{"id":"a","skill":"read","on_failure":{"fallback":{"skill":"pure"}}}]}"""))
            .When(Slot("a", 3600, booked: false)).Then("fallback a RATE_EXCEEDED", "started a#1 fallback");

    [Fact]
    public void Each_attempt_needs_a_slot_of_its_own()
    {
        var given = Given.Run(One("""{"steps":[{"id":"a","skill":"read"}]}"""))
            .And(Slot("a", 0), Facts.Failed("a", "HTTP_503"));
        given.WhenItIsTime().Then("slot a");
        given.When(Slot("a", 0) with { At = given.State.LastAt, SlotAt = given.State.LastAt }).Then("started a#2");
    }

    [Fact]
    public void A_slot_that_is_missed_by_more_than_a_second_is_asked_for_again()
    {
        var scenario = One("""{"steps":[{"id":"a","skill":"read"}]}""");
        Given.Run(scenario).And(Slot("a", 30)).When(new RunEvent.TimeReached { At = Start.AddSeconds(31) })
            .Then("started a#1");
        Given.Run(scenario).And(Slot("a", 30)).When(new RunEvent.TimeReached { At = Start.AddSeconds(31.1) })
            .Then("slot a");
    }

    [Fact]
    public void After_a_crash_who_had_no_answer_asks_again_and_who_has_a_slot_keeps_it()
    {
        var scenario = One("""{"steps":[{"id":"a","skill":"read"}]}""");
        Given.Run(scenario).When(Facts.Recovered()).Then("slot a");
        var waiting = Given.Run(scenario).And(Slot("a", 30));
        Assert.Empty(waiting.When(Facts.Recovered()).Transition.Events.OfType<RunEvent.Decision>());
        waiting.WhenItIsTime().Then("started a#1");
    }

    [Fact]
    public void An_answer_that_nobody_waits_for_leaves_no_trace()
    {
        var given = Given.Run(One("""{"steps":[{"id":"a","skill":"read"}]}""")).And(Slot("a", 0));
        given.When(Slot("a", 0)).ThenNothing();
        given.When(Slot("nowhere", 0)).ThenNothing();
        var stopped = Given.Run(One("""{"steps":[{"id":"a","skill":"read"}]}""")).And(Facts.Cancel());
        Assert.Equal(RunStatus.Cancelled, stopped.State.Status);
        stopped.When(Slot("a", 0)).ThenNothing();
    }

    [Fact]
    public void No_more_slots_are_asked_for_than_calls_may_be_in_flight()
    {
        var scenario = One("""{"steps":[{"id":"a","skill":"read","for_each":"input.list"}]}""") with
        {
            Input = """{"list":[1,2,3]}"""
        };
        var given = Given.Run(scenario.Limited(contract => contract with { MaxParallelSteps = 2 }));
        Assert.Equal(
            [CallPhase.AwaitingSlot, CallPhase.AwaitingSlot, CallPhase.Ready],
            given.State.Steps[0].Calls.Select(call => call.Phase));
        given.When(new RunEvent.SlotAnswered { StepId = StepId.Parse("a"), Item = 0, SlotAt = Start, Booked = true })
            .Then("started a[0]#1", "slot a[2]");
    }

    [Fact]
    public void A_call_that_waits_for_its_slot_holds_up_no_other_skill()
    {
        var scenario = RunScenario.Of(
            """{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"put"},{"id":"c","skill":"read"}]}""")
            .Limited(contract => contract with { Rates = [Rate("read"), Rate("put")], MaxParallelSteps = 1 });

        var given = Given.Run(scenario).And(Slot("a", 30));
        Assert.Equal([CallPhase.Paced, CallPhase.AwaitingSlot, CallPhase.Ready], Phases(given));
        given.When(Slot("b", 0)).Then("started b#1");

        // As it was decided before, all calls of a run stood in one line.
        Assert.Equal(
            [CallPhase.Paced, CallPhase.Ready, CallPhase.Ready],
            Phases(Given.Run(scenario with { RulesVersion = 2 }).And(Slot("a", 30))));
    }

    [Fact]
    public void Only_the_rates_that_a_skill_falls_under_hold_for_it()
    {
        var rates = (ValueList<RateLimit>)[
            Rate("read"), Rate("put") with { Scope = RateScope.Tenant }, Rate(null) with { Scope = RateScope.Tenant }];
        var run = ScriptedRun.Of(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"pure"}]}""")
                .Limited(c => c with { Rates = rates }));
        Assert.Equal(["a: agent read, tenant ", "b: tenant "], run.Effects.OfType<Effect.BookSlot>().Select(book =>
            $"{book.Call}: {string.Join(", ", book.Rates.Select(rate => $"{rate.Scope.ToString()!.ToLowerInvariant()} {rate.Skill}"))}"));
        Assert.Equal(RunStatus.Completed, run.State.Status);
    }

    [Fact]
    public void Rates_of_contracts_of_before_they_were_kept_bind_nobody()
    {
        var recorded = RunScenario.Of("""{"steps":[{"id":"a","skill":"read"}]}""")
            .Limited(c => c with { Rates = [Rate("read") with { Scope = null }] });
        Assert.Equal(["started a#1"], ScriptedRun.Of(recorded).Journal.OfType<RunEvent.AttemptStarted>().Lines());
        Assert.Empty(ScriptedRun.Of(recorded).Effects.OfType<Effect.BookSlot>());
    }

    private static IEnumerable<CallPhase> Phases(Given given) =>
        given.State.Steps.Select(step => step.Calls.IsEmpty ? CallPhase.Ready : step.Calls[0].Phase);

    private static RunScenario One(string plan) =>
        RunScenario.Of(plan).Limited(contract => contract with { Rates = [Rate("read")], MaxRunMs = 600_000 });

    private static RateLimit Rate(string? skill) => new()
    {
        Skill = skill is null ? null : SkillRef.Parse(skill),
        Calls = 1,
        PerSeconds = 60,
        Scope = RateScope.Agent,
    };

    private static RunEvent.SlotAnswered Slot(string step, int seconds, bool booked = true) =>
        new() { At = Start, StepId = StepId.Parse(step), SlotAt = Start.AddSeconds(seconds), Booked = booked };
}
