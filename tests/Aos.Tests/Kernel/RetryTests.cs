using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Retries;
using Aos.Testing.Runs;
using CsCheck;

namespace Aos.Tests.Kernel;

/// <summary>Whether, when and how often a failed attempt is made again.</summary>
public sealed class RetryTests
{
    private static RunScenario Step(string skill, string more = "") =>
        RunScenario.Of($$"""{"steps":[{"id":"a","skill":"{{skill}}"{{more}}}]}""");

    private static ScriptedRun Endless(RunScenario scenario, string code, EffectState? effect = null) =>
        ScriptedRun.Of(scenario, new ScriptedWorld().On("a", ScriptedAnswer.Fail(code, effect)));

    [Theory]
    [InlineData("HTTP_503", "", 4)] // the catalog says 4
    [InlineData("DNS_FAILED", "", 3)] // the catalog says 3
    [InlineData("HTTP_404", "", 1)] // the catalog says never
    [InlineData("SKILLS_OWN_CODE", "", 1)] // the catalog does not know it
    [InlineData("HTTP_503", ",\"retry\":{\"max_attempts\":2}", 2)] // the step tightens
    [InlineData("HTTP_503", ",\"retry\":{\"max_attempts\":1}", 1)]
    [InlineData("HTTP_503", ",\"retry\":{\"max_attempts\":9}", 4)] // and cannot loosen
    [InlineData("HTTP_404", ",\"retry\":{\"max_attempts\":9}", 1)]
    public void A_call_is_made_exactly_as_often_as_the_stricter_of_catalog_and_step_allows(
        string code, string retry, int attempts)
    {
        var run = Endless(Step("read", retry), code);

        Assert.Equal(attempts, run.Attempts.Count());
        Assert.Equal((RunStatus.Failed, ErrorCode.Parse(code), "a"),
            (run.Report.Status, run.Report.Code!.Value, run.Report.FailedStep!.Value.Value));
        Assert.Equal(
            (attempts, attempts - 1), (run.Report.Steps[0].Attempts, run.Report.Steps[0].Outcome!.Execution!.Retries));
    }

    [Fact]
    public void Waits_grow_exponentially_and_stay_under_their_bounds()
    {
        var run = Endless(Step("read"), "HTTP_503");

        var retries = run.Journal.OfType<RunEvent.RetryScheduled>().ToList();
        Assert.Equal([1_000L, 2_000, 4_000], retries.Select(retry => retry.BoundMs));
        Assert.Equal([2, 3, 4], retries.Select(retry => retry.Attempt));
        Assert.All(retries, retry => Assert.InRange(retry.DelayMs, 0, retry.BoundMs));
        Assert.All(retries, retry => Assert.Equal(BackoffRule.Exponential, retry.Rule));
    }

    [Fact]
    public void The_next_attempt_starts_exactly_when_the_wait_is_over()
    {
        var run = Endless(Step("read"), "HTTP_503");

        foreach (var retry in run.Journal.OfType<RunEvent.RetryScheduled>())
        {
            var next =
                run.Journal.OfType<RunEvent.AttemptStarted>().Single(started => started.Attempt == retry.Attempt);
            Assert.Equal(TimeSpan.FromMilliseconds(retry.DelayMs), next.At - retry.At);
        }
    }

    [Fact]
    public void Jitter_is_the_same_for_the_same_run_and_differs_between_runs_and_steps()
    {
        static long[] Delays(string run, string step) => [.. ScriptedRun.Of(
            RunScenario.Of($$"""{"steps":[{"id":"{{step}}","skill":"read"}]}""") with { RunId = RunId.Parse(run) },
            new ScriptedWorld().On(step, ScriptedAnswer.Fail("HTTP_503"))).Journal.OfType<RunEvent.RetryScheduled>()
                .Select(retry => retry.DelayMs)];

        Assert.Equal(Delays("run_00000001", "a"), Delays("run_00000001", "a"));
        Assert.NotEqual(Delays("run_00000001", "a"), Delays("run_00000002", "a"));
        Assert.NotEqual(Delays("run_00000001", "a"), Delays("run_00000001", "b"));
    }

    [Fact]
    public void Bounds_and_jitter_keep_to_the_rule_for_every_rule() =>
        Gen.Select(Gen.Int, Gen.Int, Gen.Int, Gen.Int[1, 100], Gen.ULong)
        .Sample((initial, factor, max, attempts, draw) =>
        {
            var rule = new RetryRule { MaxAttempts = 100, InitialMs = initial, Factor = factor, MaxMs = max };
            var bound = Backoff.Bound(rule, attempts);

            Assert.InRange(bound, 0, Math.Max(0, max));
            Assert.InRange(Backoff.Jitter(bound, draw), 0, bound);
            if (attempts > 1) Assert.InRange(Backoff.Bound(rule, attempts - 1), 0, bound);
        }, iter: 2_000);

    [Fact]
    public void What_the_other_side_asks_to_wait_replaces_the_backoff() =>
        Given.Run(Step("read"))
            .When(Facts.Failed("a", "RATE_LIMITED") with { RetryAfterMs = 123_456 })
            .Then(new RunEvent.RetryScheduled
            {
                StepId = StepId.Parse("a"),
                Attempt = 2,
                DelayMs = 123_456,
                Rule = BackoffRule.RetryAfter,
                BoundMs = 123_456,
            });

    [Theory]
    [InlineData(9_000, "step a failure HTTP_503")] // 1 s has passed of 10
    [InlineData(8_999, "retry a#2 retry_after 8999")]
    [InlineData(long.MaxValue, "step a failure HTTP_503")]
    [InlineData(3_000_000_000, "step a failure HTTP_503")]
    public void A_wait_past_the_end_of_the_runs_time_fails_the_step_now(long wait, string decision)
    {
        var taken = Given.Run(Step("read").Limited(c => c with { MaxRunMs = 10_000 }))
            .When(Facts.Failed("a", "HTTP_503") with { RetryAfterMs = wait });

        Assert.Equal(decision, taken.Transition.Events[1].Line());
    }

    [Fact]
    public void A_wait_of_many_weeks_is_kept_where_the_run_has_the_time() =>
        Given.Run(Step("read").Limited(c => c with { MaxRunMs = 100L * 24 * 3600 * 1000 }))
            .When(Facts.Failed("a", "HTTP_503") with { RetryAfterMs = 3_000_000_000 })
            .Then("retry a#2 retry_after 3000000000");

    [Theory]
    [InlineData("pure")]
    [InlineData("read")]
    [InlineData("put")]
    [InlineData("store")]
    public void A_call_that_may_be_repeated_is_made_again_whatever_it_did(string skill)
    {
        Assert.Equal(4, Endless(Step(skill), "HTTP_500").Attempts.Count());
        Assert.Equal(4, Endless(Step(skill), "HTTP_500", EffectState.Happened).Attempts.Count());
    }

    [Fact]
    public void A_call_that_cannot_be_repeated_is_made_again_only_where_nothing_happened()
    {
        Assert.Equal(4, Endless(Step("send"), "HTTP_503", EffectState.None).Attempts.Count());
        Assert.Single(Endless(Step("send"), "HTTP_503", EffectState.Happened).Attempts);
        Assert.Single(Endless(Step("send"), "HTTP_500", EffectState.Unknown).Attempts);
        Assert.Single(Endless(Step("send"), "HTTP_500").Attempts);
    }

    [Fact]
    public void An_unknown_outcome_waits_for_somebody_who_finds_out()
    {
        var run = Endless(Step("send"), "HTTP_500");

        Assert.Equal("hold a HTTP_500", run.Journal[^1].Line());
        Assert.Equal((RunStatus.Waiting, WaitReason.UnknownOutcome, StepStatus.Waiting),
            (run.Report.Status, run.Report.WaitingFor!.Value, run.Report.Steps[0].Status));
    }

    [Theory]
    [InlineData("\"abort\"", "run failed OUTCOME_UNKNOWN by a")]
    [InlineData("\"continue\"", "run completed OK")]
    [InlineData("""{"fallback":{"skill":"pure"}}""", "run completed OK")]
    public void An_unknown_outcome_is_left_to_the_plan_where_it_says_what_to_do(string policy, string end)
    {
        var run = Endless(Step("send", $",\"on_failure\":{policy}"), "HTTP_500");

        Assert.Equal(end, run.Journal[^1].Line());
    }

    [Fact]
    public void A_tolerated_unknown_outcome_is_shown_as_unknown()
    {
        var step = Endless(Step("send", ",\"on_failure\":\"continue\""), "HTTP_500").Report.Steps[0];

        Assert.Equal((StepStatus.Unknown, ErrorCodes.OutcomeUnknown), (step.Status, step.Code!.Value));
        Assert.Contains("(HTTP_500)", step.Outcome!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fallback_whose_outcome_is_unknown_ends_the_step_as_unknown()
    {
        var run = ScriptedRun.Of(Step("read", """,  "on_failure":{"fallback":{"skill":"send"}}"""), new ScriptedWorld()
            .On("a", ScriptedAnswer.Fail("HTTP_404")).On("a!", ScriptedAnswer.Fail("HTTP_502")));

        Assert.Equal(
            (StepStatus.Unknown, ErrorCodes.OutcomeUnknown), (run.Report.Steps[0].Status, run.Report.Code!.Value));
    }

    [Fact]
    public void An_effect_that_is_found_to_have_happened_is_a_success_with_the_result_found()
    {
        var taken = Given.Run(RunScenario.Of("""{"steps":[{"id":"a","skill":"send"}],"output":"steps.a.result"}"""))
            .And(Facts.Failed("a", "HTTP_500"))
            .When(Facts.Settled("a", happened: true) with { Result = Payload.FromUtf8("5"u8.ToArray()) })
            .Then("step a success OK", "run completed OK");

        Assert.Equal("5", taken.State.Ended!.Output!.ToString());
    }

    [Fact]
    public void An_effect_that_is_found_not_to_have_happened_is_tried_again() =>
        Given.Run(Step("send")).And(Facts.Failed("a", "HTTP_500"))
            .When(Facts.Settled("a", happened: false)).Then("retry a#2 exponential 1000");

    [Fact]
    public void An_effect_that_did_not_happen_with_a_code_that_is_never_retried_fails_the_step() =>
        Given.Run(Step("send")).And(Facts.Failed("a", "HTTP_404"))
            .When(Facts.Settled("a", happened: false))
            .Then("step a failure HTTP_404", "stopping HTTP_404 by a", "run failed HTTP_404 by a");

    [Fact]
    public void Only_a_call_that_awaits_it_is_settled_and_only_once()
    {
        var given = Given.Run(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"send"},{"id":"b","skill":"send","for_each":"[`1`,`2`]"},{"id":"c","skill":"pure","depends_on":["a"]}]}
            """)).And(Facts.Failed("a", "HTTP_500"), Facts.Failed("b", "HTTP_500", item: 1));

        given.When(Facts.Settled("b", happened: true)).ThenNothing();
        given.When(Facts.Settled("b", happened: true, item: 0)).ThenNothing();
        given.When(Facts.Settled("c", happened: true)).ThenNothing();
        given.When(Facts.Settled("nobody", happened: true)).ThenNothing();
        given.When(Facts.Settled("b", happened: true, item: 1)).Then("item b[1] success OK");
        given.When(Facts.Settled("b", happened: true, item: 1)).ThenNothing();
    }

    [Fact]
    public void A_cancellation_nobody_asked_for_is_a_failure_of_the_step_and_never_cancels_the_run()
    {
        var cancelled = ScriptedAnswer.Fail("CANCELLED", EffectState.None) with
        {
            Status = Aos.Contracts.Outcomes.OutcomeStatus.Cancelled
        };
        var run = ScriptedRun.Of(
            Step("read", """,  "on_failure":{"fallback":{"skill":"pure"}}"""), new ScriptedWorld().On("a", cancelled));

        Assert.Equal((RunStatus.Failed, StepStatus.Cancelled, "a"),
            (run.Report.Status, run.Report.Steps[0].Status, run.Report.FailedStep!.Value.Value));
        Assert.Single(run.Attempts);
    }
}
