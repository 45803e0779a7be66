using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Limits and the loop guard: hitting one is an outcome with its code.</summary>
public sealed class LimitTests
{
    private static RunScenario Chain(Func<ResourceContract, ResourceContract> limits) => RunScenario.Of("""
        {"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"read","depends_on":["a"]}]}
        """).Limited(limits);

    [Fact]
    public void A_run_that_takes_too_long_is_stopped()
    {
        var run = ScriptedRun.Of(Chain(c => c with { MaxRunMs = 1_500 }),
            new ScriptedWorld().On("a", ScriptedAnswer.Ok().After(1_000)).On("b", ScriptedAnswer.Ok().After(1_000)));

        Assert.Equal(RunStatus.Failed, run.Report.Status);
        Assert.Equal(ErrorCodes.RunTimeout, run.Report.Code);
        Assert.Equal(500, run.Attempts.Last().TimeoutMs);
    }

    [Fact]
    public void Nothing_starts_once_the_time_of_the_run_is_over_even_if_an_answer_comes_before_the_timer()
    {
        var scenario = Chain(c => c with { MaxRunMs = 1_000 });

        Given.Run(scenario)
            .When(Facts.Returned("a") with { At = scenario.Start.AddMilliseconds(1_000) })
            .Then("step a success OK", "stopping RUN_TIMEOUT", "step b skipped RUN_ABORTED", "run failed RUN_TIMEOUT");
    }

    [Fact]
    public void A_run_that_is_done_when_its_time_is_over_is_completed()
    {
        var scenario =
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read"}]}""").Limited(c => c with { MaxRunMs = 1_000 });

        Given.Run(scenario)
            .When(Facts.Returned("a") with { At = scenario.Start.AddMilliseconds(1_000) })
            .Then("step a success OK", "run completed OK");
    }

    [Fact]
    public void A_journal_as_long_as_the_contract_allows_stops_the_run()
    {
        // submitted, plan accepted, started, returned, step ended: five; the last but one attempt starts as the sixth.
        var run = ScriptedRun.Of(Chain(c => c with { MaxEvents = 5 }));

        Assert.Equal(ErrorCodes.JournalExceeded, run.Report.Code);
        Assert.Single(run.Attempts);
        Assert.Equal(RunStatus.Completed, ScriptedRun.Of(Chain(c => c with { MaxEvents = 7 })).Report.Status);
    }

    [Fact]
    public void Attempts_of_the_run_are_bounded()
    {
        var run = ScriptedRun.Of(Chain(c => c with { MaxAttempts = 3 }),
            new ScriptedWorld().On(
                "a", ScriptedAnswer.Fail("HTTP_503"), ScriptedAnswer.Fail("HTTP_503"), ScriptedAnswer.Ok()));

        Assert.Equal(ErrorCodes.AttemptsExceeded, run.Report.Code);
        Assert.Equal(3, run.Attempts.Count());
        Assert.Equal(StepStatus.Skipped, run.Report.Steps[1].Status);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(3, 3)]
    public void A_run_that_keeps_failing_with_the_same_skill_and_input_is_stopped(int limit, int failures)
    {
        var steps = string.Join(',', Enumerable.Range(0, 8).Select(i =>
            $$"""{"id":"s{{i}}","skill":"read","input":{"x":1},"on_failure":"continue"{{(i == 0 ? "" : $",\"depends_on\":[\"s{i - 1}\"]")}}}"""));

        var run = ScriptedRun.Of(
            RunScenario.Of($$"""{"steps":[{{steps}}]}""").Limited(c => c with { MaxEqualFailures = limit }),
            new AllFail());

        Assert.Equal(ErrorCodes.LoopDetected, run.Report.Code);
        Assert.Equal($"s{failures - 1}", run.Report.FailedStep?.Value);
        Assert.Equal(failures, run.Attempts.Count());
    }

    [Fact]
    public void Failures_with_other_inputs_or_that_a_fallback_mended_are_no_loop()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read","for_each":"[`1`,`2`,`3`,`4`,`5`,`6`]","input":{"x":"${item}"},"on_failure":"continue"},
                      {"id":"b","skill":"read","for_each":"[`1`,`2`,`3`,`4`,`5`,`6`]","on_failure":{"fallback":{"skill":"pure"}}}]}
            """), new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404")).On("b", ScriptedAnswer.Fail("HTTP_404")));

        Assert.Equal(RunStatus.Completed, run.Report.Status);
    }

    [Fact]
    public void Items_that_keep_failing_alike_are_a_loop_and_the_step_tells_of_every_item()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read","for_each":"[`1`,`2`,`3`,`4`,`5`]","input":{"x":1},"on_failure":"continue"}]}
            """), new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404")));

        Assert.Equal(ErrorCodes.LoopDetected, run.Report.Code);
        Assert.StartsWith("5 of 5 items", run.Report.Steps[0].Outcome?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_that_are_spelled_differently_but_mean_the_same_are_the_same()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read","for_each":"input.list","input":{"x":"${item}"},"on_failure":"continue"}]}
            """) with { Input = """{"list":[1, 1.0, 1e0, 10e-1, 1.00]}""" },
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404")));

        Assert.Equal(ErrorCodes.LoopDetected, run.Report.Code);
    }

    [Fact]
    public void A_list_longer_than_the_contract_allows_fails_the_step()
    {
        var scenario = RunScenario.Of("""{"steps":[{"id":"a","skill":"read","for_each":"input.list"}]}""") with
        {
            Input = """{"list":[1,2,3,4]}""",
        };

        Assert.Equal(
            ErrorCodes.ItemsExceeded, ScriptedRun.Of(scenario.Limited(c => c with { MaxItems = 3 })).Report.Code);
        Assert.Equal(ErrorCodes.Ok, ScriptedRun.Of(scenario.Limited(c => c with { MaxItems = 4 })).Report.Code);
    }

    [Fact]
    public void No_more_attempts_than_allowed_are_in_flight()
    {
        var most = 0;
        var run = new ScriptedRun(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read","for_each":"[`1`,`2`,`3`,`4`,`5`]"},{"id":"b","skill":"read"},{"id":"c","skill":"read"}]}
            """).Limited(c => c with { MaxParallelSteps = 3 }))
        {
            Observer = (_, transition) => most = Math.Max(most, transition.State.InFlight),
        }.Submit().Go();

        Assert.Equal(3, most);
        Assert.Equal(OutcomeStatus.Success, run.State.Steps[2].Status);
    }

    private sealed class AllFail : ScriptedWorld
    {
        public override ScriptedAnswer Answer(Aos.Kernel.Runs.Effect.InvokeSkill attempt) =>
            ScriptedAnswer.Fail("HTTP_404");
    }
}
