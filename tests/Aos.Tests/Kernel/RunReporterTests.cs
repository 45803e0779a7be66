using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>The report and the outcomes that a state shows.</summary>
public sealed class RunReporterTests
{
    [Fact]
    public void A_running_run_shows_how_each_step_stands()
    {
        var given = Given.Run(RunScenario.Of("""
            {"goal":"g","steps":[{"id":"run","skill":"read"},{"id":"wait","skill":"send","approval":{}},{"id":"pend","skill":"pure","depends_on":["run"]}]}
            """));

        var report = RunReporter.Report(given.State, given.State.LastAt.AddMilliseconds(1_500));

        Assert.Equal(
            [StepStatus.Running, StepStatus.Waiting, StepStatus.Pending], report.Steps.Select(step => step.Status));
        Assert.Equal(
            (RunStatus.Running, 1_500d, "g", "tester"), (report.Status, report.LatencyMs, report.Goal, report.AgentId));
        Assert.Null(report.Code);
        Assert.Null(report.WaitingFor);
        Assert.All(report.Steps, step => Assert.Null(step.Outcome));
        Assert.Equal("read@1.0.0", report.Steps[0].Skill?.Value);
    }

    [Fact]
    public void A_run_that_only_waits_says_for_what_and_a_person_goes_before_a_timer()
    {
        var scenario =
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"send","approval":{}}]}""");
        var given = Given.Run(scenario).And(Facts.Failed("a", "HTTP_503"));
        Assert.Equal(WaitReason.Approval, given.State.WaitingFor);

        var timer =
            Given.Run(RunScenario.Of("""{"steps":[{"id":"a","skill":"read"}]}""")).And(Facts.Failed("a", "HTTP_503"));
        Assert.Equal((RunStatus.Waiting, WaitReason.Timer), (timer.State.Status, timer.State.WaitingFor!.Value));
    }

    [Fact]
    public void An_outcome_of_a_success_tells_what_it_took_and_changed()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"a","skill":"paid"}]}"""), new ScriptedWorld()
            .On("a", ScriptedAnswer.Fail("RATE_LIMITED").Costing(1).AskingToWait(990).Changing("x", "1"),
                ScriptedAnswer.Ok("5").Costing(2).Changing("y", "2")));

        var outcome = run.Report.Steps[0].Outcome!;
        Assert.Equal((OutcomeStatus.Success, 2, "5"), (outcome.Status, outcome.Attempt, outcome.Result!.ToString()));
        Assert.Equal(
            (3m, 8m, 1, 1_010d, 200d), (outcome.Execution!.Cost.Cents, outcome.Execution.PredictedCost!.Value.Cents,
            outcome.Execution.Retries, outcome.Execution.LatencyMs, outcome.Execution.PredictedLatencyMs!.Value));
        Assert.Equal(["1", "2"], outcome.SideEffects.Select(effect => effect.Target));
        Assert.Equal(
            Identity.IdempotencyKey(run.State.Submitted!, run.State.Steps[0].Calls[0].Key, isFallback: false),
            outcome.Execution.IdempotencyKey);
        Assert.Null(outcome.Failure);
        Assert.Null(outcome.NextActions);
        Assert.Equal(16, outcome.Trace!.SpanId.Length);
        Assert.Equal(run.State.Steps[0].EndedAt, outcome.Timestamp);
    }

    [Fact]
    public void An_outcome_of_a_failure_is_explained_by_the_catalog()
    {
        var run = new ScriptedRun(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read","retry":{"max_attempts":1}}]}""")).Submit();
        run.Feed(Facts.Failed("a", "HTTP_503") with
        {
            RetryAfterMs = 7,
            Cause = "proxy",
            Message = "busy",
            Problems = [new Problem("/x", ErrorCodes.InvalidInput, "bad")],
        });

        var outcome = run.Report.Steps[0].Outcome!;
        Assert.Equal(
            (ErrorCodes.Http503, FailureCategory.Transient, true, 7L, "proxy", "busy"),
            (outcome.Failure!.Code, outcome.Failure.Category,
            outcome.Failure.Retryable, outcome.Failure.RetryAfterMs!.Value, outcome.Failure.Cause, outcome.Message));
        Assert.Equal("/x", Assert.Single(outcome.Failure.Details).Pointer);
        Assert.NotEmpty(outcome.Failure.Suggestions);
        Assert.Empty(outcome.NextActions!.Blocked);
        Assert.Equal("100 cents of 100 are free", outcome.NextActions.BudgetImpact);
        Assert.Equal("Step 'a' failed: HTTP_503: busy", run.Report.Message);
    }

    [Fact]
    public void A_code_that_the_catalog_does_not_know_is_the_skills_own_refusal()
    {
        var outcome = ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"a","skill":"read"}]}"""),
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("OWN_CODE"))).Report.Steps[0].Outcome!;

        Assert.Equal((FailureCategory.Remote, false), (outcome.Failure!.Category, outcome.Failure.Retryable));
        Assert.Empty(outcome.Failure.Suggestions);
        Assert.Empty(outcome.NextActions!.Suggested);
        Assert.Single(outcome.NextActions.Blocked);
    }

    [Fact]
    public void A_step_that_nobody_attempted_has_no_execution_and_shows_the_skill_of_the_plan()
    {
        var step = ScriptedRun.Of(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read@1","when":"`false`"}]}""")).Report.Steps[0];

        Assert.Null(step.Outcome!.Execution);
        Assert.Equal((0, "read@1.0.0"), (step.Attempts, step.Skill?.Value));
    }

    [Fact]
    public void A_fanned_out_step_is_one_row_without_a_key_of_its_own()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"a","skill":"paid","for_each":"[`1`,`2`]"}]}"""),
            new ScriptedWorld().On("a", ScriptedAnswer.Ok("1").Costing(2)));

        var step = Assert.Single(run.Report.Steps);
        Assert.Equal((2, 4m, "[1,1]"), (step.Attempts, step.Cost.Cents, step.Outcome!.Result!.ToString()));
        Assert.Null(step.Outcome.Execution!.IdempotencyKey);
    }

    [Fact]
    public void The_same_state_gives_the_same_report_and_it_is_valid_json_that_reads_back()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"a","skill":"paid"}],"output":"steps.a"}"""));

        var bytes = AosJson.Write(run.Report);

        Assert.Equal(bytes, AosJson.Write(RunReporter.Report(run.State, run.Now)));
        Assert.Equal(bytes, AosJson.Write(AosJson.Read<RunReport>(bytes)));
    }

    [Fact]
    public void A_tolerated_failure_inside_a_completed_run_is_shown_but_does_not_fail_it()
    {
        var report = ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"a","skill":"read","on_failure":"continue"}]}"""),
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404"))).Report;

        Assert.Equal((RunStatus.Completed, StepStatus.Failure), (report.Status, report.Steps[0].Status));
        Assert.Equal(ErrorCodes.Http404, report.Steps[0].Outcome!.Failure!.Code);
    }

    [Fact]
    public void Idempotency_keys_differ_by_run_step_item_and_variant_and_by_nothing_else()
    {
        var run = RunScenario.Of("""{"steps":[{"id":"a","skill":"read"}]}""").Submit(new MemoryDocuments());
        var (a, b) = (StepId.Parse("a"), StepId.Parse("b"));
        string[] keys =
        [
            Identity.IdempotencyKey(run, new CallKey(a, null), false),
            Identity.IdempotencyKey(run, new CallKey(a, null), true),
            Identity.IdempotencyKey(run, new CallKey(a, 0), false),
            Identity.IdempotencyKey(run, new CallKey(a, 1), false),
            Identity.IdempotencyKey(run, new CallKey(b, null), false),
            Identity.IdempotencyKey(run with { Tenant = "other" }, new CallKey(a, null), false),
            Identity.IdempotencyKey(run with { RunId = RunId.Parse("run_11111111") }, new CallKey(a, null), false),
        ];

        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(
            keys[0],
            Identity.IdempotencyKey(run with { At = run.At.AddDays(1), Goal = "x" }, new CallKey(a, null), false));
        Assert.NotEqual(Identity.Run("t", "k"), Identity.Run("t", "l"));
        Assert.NotEqual(Identity.Run("a", "b\nc"), Identity.Run("a\nb", "c"));
        Assert.Equal(Identity.Run("t", "k"), Identity.Run("t", "k"));
    }
}
