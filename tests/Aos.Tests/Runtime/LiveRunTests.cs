using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

public sealed class LiveRunTests
{
    private const string OneRead = """{"steps":[{"id":"a","skill":"read"}],"output":"steps.a.result"}""";

    [Fact]
    public async Task A_result_out_of_a_cache_is_said_to_be_one()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(
            TwinAnswer.Of(Aos.Abstractions.Skills.SkillResult.Success(Payload.Empty) with { CacheHit = true }));

        var run =
            await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"pure"}]}"""));

        Assert.Equal([true, false], run.Steps.Select(step => step.Outcome!.Execution!.CacheHit));
        await bench.VerifyAsync(run.RunId);
    }

    [Fact]
    public async Task A_retry_comes_exactly_when_the_kernel_said()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Fail("HTTP_503"), TwinAnswer.Ok("""{"n":1}"""));
        var run = bench.RunAsync(bench.Plan(OneRead));
        await bench.Read.WhenCalledAsync(1);
        var retry = await bench.Store.WhenAsync<RunEvent.RetryScheduled>();
        Assert.Equal((BackoffRule.Exponential, 1_000L), (retry.Rule, retry.BoundMs));
        Assert.InRange(retry.DelayMs, 0, 1_000);
        bench.Time.Advance(TimeSpan.FromMilliseconds(retry.DelayMs));

        var report = await run;
        Assert.Equal(RunStatus.Completed, report.Status);
        var second = (await bench.JournalAsync(report.RunId)).OfType<RunEvent.AttemptStarted>().Last();
        Assert.Equal(retry.At.AddMilliseconds(retry.DelayMs), second.At);
        Assert.Equal((2, 1), (report.Steps[0].Attempts, report.Steps[0].Outcome!.Execution!.Retries));
        Assert.Equal(
            [bench.Read.Calls[0].IdempotencyKey, bench.Read.Calls[0].IdempotencyKey],
            bench.Read.Calls.Select(call => call.IdempotencyKey));
        await bench.VerifyAsync(report.RunId);
    }

    [Fact]
    public async Task A_request_for_approval_does_not_end_the_wait_for_a_retry_beside_it()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Fail("HTTP_503"), TwinAnswer.Ok());
        var run = bench.RunAsync(
            bench.Plan("""{"steps":[{"id":"a","skill":"send","approval":{}},{"id":"b","skill":"read"}]}"""));
        var retry = await bench.Store.WhenAsync<RunEvent.RetryScheduled>();
        bench.Time.Advance(TimeSpan.FromMilliseconds(retry.DelayMs));

        var report = await run;
        Assert.Equal((RunStatus.Waiting, WaitReason.Approval), (report.Status, report.WaitingFor!.Value));
        Assert.Equal(2, bench.Read.Calls.Count);
        Assert.Equal(OutcomeStatus.Success, report.Steps[1].Outcome!.Status);
    }

    [Fact]
    public async Task What_the_world_asks_to_wait_replaces_the_backoff()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(
            TwinAnswer.Fail("RATE_LIMITED", retryAfter: TimeSpan.FromMilliseconds(123_456.2)), TwinAnswer.Ok());
        var run = bench.RunAsync(bench.Plan(OneRead));
        var retry = await bench.Store.WhenAsync<RunEvent.RetryScheduled>();
        Assert.Equal((123_457L, BackoffRule.RetryAfter), (retry.DelayMs, retry.Rule));
        bench.Time.Advance(TimeSpan.FromMilliseconds(123_457));
        Assert.Equal(123_457, (await run).LatencyMs);
    }

    [Fact]
    public async Task An_endless_failure_is_tried_as_often_as_the_step_says()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Fail("HTTP_503", retryAfter: TimeSpan.Zero));
        var report = await bench.RunAsync(
            bench.Plan("""{"steps":[{"id":"a","skill":"read","retry":{"max_attempts":3}},{"id":"b","skill":"pure","depends_on":["a"]}]}"""));
        Assert.Equal(
            (RunStatus.Failed, "HTTP_503", "a"),
            (report.Status, report.Code!.Value.Value, report.FailedStep!.Value.Value));
        Assert.Equal(3, bench.Read.Calls.Count);
        Assert.Equal(
            (OutcomeStatus.Skipped, "RUN_ABORTED"),
            (report.Steps[1].Outcome!.Status, report.Steps[1].Code!.Value.Value));
        Assert.Empty(bench.Pure.Calls);
    }

    [Fact]
    public async Task The_time_of_the_run_ends_what_is_in_flight()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Hangs());
        var request = bench.Plan("""{"steps":[{"id":"a","skill":"read","timeout_ms":86400000}]}""");
        var run =
            bench.RunAsync(request with { Profile = bench.Profile with { Limits = new() { MaxRunSeconds = 60 } } });
        await bench.Read.WhenCalledAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(60));
        var report = await run;
        Assert.Equal((RunStatus.Failed, "RUN_TIMEOUT"), (report.Status, report.Code!.Value.Value));
        await bench.VerifyAsync(report.RunId);
    }

    [Fact]
    public async Task Cancelling_stops_reads_at_once_and_lets_effects_finish_within_the_grace_period()
    {
        await using var bench = new RuntimeBench();
        var answer = new TaskCompletionSource<TwinAnswer>();
        bench.Read.Answers(TwinAnswer.Hangs());
        bench.Put.Answers(TwinAnswer.When(answer.Task));
        var submitted = await bench.SubmitAsync(
            bench.Plan("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"put"},{"id":"c","skill":"pure","depends_on":["b"]}]}"""));
        await Task.WhenAll(bench.Read.WhenCalledAsync(), bench.Put.WhenCalledAsync());

        Assert.Equal(
            OutcomeStatus.Success,
            (await bench.Runtime.CancelAsync(submitted.RunId, "me", "enough", CancellationToken.None)).Status);
        await bench.Store.WhenAsync<RunEvent.AttemptReturned>(returned => returned.StepId.Value == "a");
        Assert.DoesNotContain(bench.Store.Durable, e => e is RunEvent.RunEnded);
        answer.SetResult(TwinAnswer.Ok());

        var report = await bench.WaitAsync(submitted.RunId);
        Assert.Equal((RunStatus.Cancelled, "CANCELLED"), (report.Status, report.Code!.Value.Value));
        Assert.Equal(
            [OutcomeStatus.Cancelled, OutcomeStatus.Success, OutcomeStatus.Skipped],
            report.Steps.Select(step => step.Outcome!.Status));
        await bench.VerifyAsync(submitted.RunId);
    }

    [Fact]
    public async Task After_the_grace_period_an_effect_is_stopped_and_unknown()
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.Hangs());
        var submitted = await bench.SubmitAsync(bench.Plan("""{"steps":[{"id":"a","skill":"send"}]}"""));
        await bench.Send.WhenCalledAsync();
        await bench.Runtime.CancelAsync(submitted.RunId, "me", null, CancellationToken.None);
        var stopping = await bench.Store.WhenAsync<RunEvent.RunStopping>();
        Assert.Equal(TimeSpan.FromSeconds(10), stopping.GraceUntil - stopping.At);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        var report = await bench.WaitAsync(submitted.RunId);
        Assert.Equal((RunStatus.Cancelled, OutcomeStatus.Unknown), (report.Status, report.Steps[0].Outcome!.Status));
    }

    [Fact]
    public async Task A_decision_lets_the_run_go_on_with_the_edited_input()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(
            bench.Plan("""{"steps":[{"id":"a","skill":"send","input":{"n":1},"approval":{"role":"boss"}}]}"""));
        Assert.Equal((RunStatus.Waiting, WaitReason.Approval), (waiting.Status, waiting.WaitingFor));
        Assert.Empty(bench.Send.Calls);
        var row =
            Assert.Single((await bench.Runtime.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);

        Assert.Equal(
            "INVALID_JSON",
            (await bench.Runtime.DecideAsync(
                row.Id, true, "me", null, RuntimeBench.Json("{"), CancellationToken.None)).Code.Value);
        var decided = await bench.Runtime.DecideAsync(
            row.Id, true, "me", null, RuntimeBench.Json("{\n\"n\": 2}"), CancellationToken.None);
        Assert.Equal(OutcomeStatus.Success, decided.Status);
        var report = await bench.WaitAsync(waiting.RunId);
        Assert.Equal(RunStatus.Completed, report.Status);
        Assert.Equal("""{"n":2}""", Assert.Single(bench.Send.Calls).Input.ToString());
        Assert.Equal(
            "APPROVAL_NOT_OPEN",
            (await bench.Runtime.DecideAsync(row.Id, false, "me", null, null, CancellationToken.None)).Code.Value);
        await bench.VerifyAsync(waiting.RunId);
    }

    [Fact]
    public async Task A_rejection_fails_the_step_and_an_expired_request_too()
    {
        const string plan = """{"steps":[{"id":"a","skill":"send","approval":{"expires_in_ms":5000}}]}""";
        await using var bench = new RuntimeBench();
        var first = await bench.RunAsync(bench.Plan(plan));
        var row =
            Assert.Single((await bench.Runtime.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);
        await bench.Runtime.DecideAsync(row.Id, false, "boss", "not now", null, CancellationToken.None);
        Assert.Equal("APPROVAL_REJECTED", (await bench.WaitAsync(first.RunId)).Code!.Value.Value);

        var second = await bench.RunAsync(bench.Plan(plan));
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        await bench.Store.WhenAsync<RunEvent.StepEnded>(ended => ended.Code.Value == "APPROVAL_EXPIRED");
        Assert.Equal("APPROVAL_EXPIRED", (await bench.WaitAsync(second.RunId)).Code!.Value.Value);
        Assert.Empty(bench.Send.Calls);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task An_unknown_outcome_waits_until_somebody_settles_it(bool happened)
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.Lost(), TwinAnswer.Ok());
        var waiting =
            await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"send"}],"output":"steps.a.result"}"""));
        Assert.Equal((RunStatus.Waiting, WaitReason.UnknownOutcome), (waiting.Status, waiting.WaitingFor));
        var step = StepId.Parse("a");
        Assert.Equal(
            "UNKNOWN_STEP",
            (await bench.Runtime.SettleAsync(
                waiting.RunId, StepId.Parse("b"), null, happened, null, "me", null,
                CancellationToken.None)).Code.Value);
        Assert.Equal(
            "INVALID_ARGUMENT",
            (await bench.Runtime.SettleAsync(
                waiting.RunId, step, 3, happened, null, "me", null, CancellationToken.None)).Code.Value);
        await bench.Runtime.SettleAsync(
            waiting.RunId, step, null, happened, happened ? RuntimeBench.Json("""{"id":7}""") : null, "me", "looked",
            CancellationToken.None);
        if (!happened)
        {
            var retry = await bench.Store.WhenAsync<RunEvent.RetryScheduled>();
            bench.Time.Advance(TimeSpan.FromMilliseconds(retry.DelayMs));
        }
        var report = await bench.WaitAsync(waiting.RunId);
        Assert.Equal(RunStatus.Completed, report.Status);
        Assert.Equal(happened ? 1 : 2, bench.Send.Calls.Count);
        Assert.Equal(happened ? """{"id":7}""" : "{}", report.Output!.ToString());
        await bench.VerifyAsync(waiting.RunId);
    }

    [Fact]
    public async Task Never_more_items_are_open_than_the_contract_allows_and_as_many_as_it_does()
    {
        await using var bench = new RuntimeBench();
        var answers = Enumerable.Range(0, 10).Select(_ => new TaskCompletionSource<TwinAnswer>()).ToArray();
        bench.Read.Answers(call => TwinAnswer.When(answers[call.Input.Element.GetProperty("i").GetInt32()].Task));
        var request =
            bench.Plan("""{"steps":[{"id":"a","skill":"read","for_each":"input.list","input":{"i":"${index}"}}],"output":"steps.a.result[*].n"}""",
            """{"list":[0,1,2,3,4,5,6,7,8,9]}""");
        var run =
            bench.RunAsync(request with { Profile = bench.Profile with { Limits = new() { MaxParallelSteps = 3 } } });
        for (var i = 0; i < 10; i++)
        {
            await bench.Read.WhenCalledAsync(Math.Min(10, i + 3));
            answers[i].SetResult(TwinAnswer.Ok($$"""{"n":{{i}}}"""));
        }
        var report = await run;
        Assert.Equal("[0,1,2,3,4,5,6,7,8,9]", report.Output!.ToString());
        Assert.Equal(3, bench.Read.MaxOpen);
    }

    [Theory, InlineData("put"), InlineData("send"), InlineData("paid")]
    public async Task An_effect_starts_only_when_its_start_is_durable(string name)
    {
        await using var bench = new RuntimeBench();
        var gate = new TaskCompletionSource<TwinAnswer>();
        bench.Pure.Answers(TwinAnswer.When(gate.Task));
        var skill = bench.Skills.OfType<ScriptedSkill>().Single(skill => skill.Contract.Name.Value == name);
        var isDurable = false;
        skill.Answers(_ =>
        {
            isDurable =
                bench.Store.Durable.OfType<RunEvent.AttemptStarted>().Any(started => started.StepId.Value == "b");
            return TwinAnswer.Ok();
        });
        var run = bench.RunAsync(
            bench.Plan($$"""{"steps":[{"id":"a","skill":"pure"},{"id":"b","skill":"{{name}}","depends_on":["a"]}]}"""));
        await bench.Pure.WhenCalledAsync();
        bench.Store.Hold();
        gate.SetResult(TwinAnswer.Ok());
        await bench.Store.WhenHeldAsync();
        Assert.Empty(skill.Calls);
        bench.Store.Release();
        Assert.Equal(RunStatus.Completed, (await run).Status);
        Assert.True(isDurable);
    }

    [Fact]
    public async Task Free_reads_do_not_wait_and_nothing_of_them_is_shown_before_it_is_durable()
    {
        await using var bench = new RuntimeBench();
        var gate = new TaskCompletionSource<TwinAnswer>();
        bench.Pure.Answers(TwinAnswer.When(gate.Task));
        var submitted = await bench.SubmitAsync(
            bench.Plan("""{"steps":[{"id":"a","skill":"pure"},{"id":"b","skill":"read","depends_on":["a"]},{"id":"c","skill":"pure","depends_on":["b"]}]}"""));
        await bench.Pure.WhenCalledAsync();
        bench.Store.Hold();
        gate.SetResult(TwinAnswer.Ok());
        await bench.Read.WhenCalledAsync(); // Called though nothing since the submission is durable.
        await bench.Pure.WhenCalledAsync(2);
        Assert.DoesNotContain(await bench.JournalAsync(submitted.RunId), e => e is RunEvent.AttemptReturned);
        var shown = (await bench.Runtime.ReportAsync(submitted.RunId, CancellationToken.None)).Value!;
        Assert.Equal((RunStatus.Running, 1), (shown.Status, shown.Steps.Sum(step => step.Attempts)));
        var waiting = bench.WaitAsync(submitted.RunId);
        Assert.False(waiting.IsCompleted);
        bench.Store.Release();
        Assert.Equal(RunStatus.Completed, (await waiting).Status);
    }

    [Fact]
    public async Task What_ends_is_shown_only_when_the_end_is_durable()
    {
        await using var bench = new RuntimeBench();
        var gate = new TaskCompletionSource<TwinAnswer>();
        bench.Pure.Answers(TwinAnswer.When(gate.Task));
        var run = bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"pure"}]}"""));
        await bench.Pure.WhenCalledAsync();
        bench.Store.Hold();
        gate.SetResult(TwinAnswer.Ok());
        await bench.Store.WhenHeldAsync();
        Assert.False(run.IsCompleted);
        bench.Store.Release();
        Assert.Equal(RunStatus.Completed, (await run).Status);
        Assert.Contains(bench.Store.Durable, e => e is RunEvent.RunEnded);
    }

    [Fact]
    public async Task Closing_the_runtime_leaves_the_run_to_be_resumed_and_tells_who_waits()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Hangs(), TwinAnswer.Ok());
        var runtime = bench.Open();
        var answer = runtime.RunAsync(bench.Plan(OneRead), CancellationToken.None).AsTask();
        await bench.Read.WhenCalledAsync();
        var run = Assert.Single(runtime.OpenRuns);
        await bench.CloseAsync(runtime);
        Assert.Equal("STORAGE_UNAVAILABLE", (await answer).Outcome.Code.Value);
        Assert.Equal(
            "STORAGE_UNAVAILABLE",
            (await runtime.SubmitAsync(bench.Plan(OneRead), CancellationToken.None)).Outcome.Code.Value);
        await runtime.DisposeAsync();

        var resumed = Assert.Single(await bench.Open().ResumeAsync(null, CancellationToken.None));
        Assert.Equal((run, RunStatus.Completed), (resumed.Value!.RunId, resumed.Value.Status));
        Assert.Equal(2, bench.Read.Calls.Count);
    }
}
