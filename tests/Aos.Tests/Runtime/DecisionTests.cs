using Aos.Abstractions.Storage;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>What people decide: approvals and settlements.</summary>
public sealed class DecisionTests
{
    private const string Guarded = """{"steps":[{"id":"a","skill":"put","approval":{"expires_in_ms":60000}}]}""";

    [Fact]
    public async Task Of_two_decisions_on_one_request_the_second_learns_that_it_came_too_late()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan(Guarded));
        bench.Crash();
        var second = bench.Open();
        var row = await OnlyAsync(second);

        Assert.Equal(
            OutcomeStatus.Success,
            (await second.DecideAsync(row.Id, false, "me", null, null, CancellationToken.None)).Status);
        var late = await second.DecideAsync(row.Id, true, "you", null, null, CancellationToken.None);
        Assert.Equal("APPROVAL_NOT_OPEN", late.Code.Value);
        Assert.Contains("decided already", late.Message, StringComparison.Ordinal);

        Assert.Equal(
            "APPROVAL_REJECTED",
            (await second.ResumeAsync(waiting.RunId, CancellationToken.None))[0].Value!.Code!.Value.Value);
        Assert.Equal(
            "me", Assert.Single((await bench.JournalAsync(waiting.RunId)).OfType<RunEvent.ApprovalDecided>()).By);
        Assert.Contains(
            "rejected", (await second.DecideAsync(row.Id, true, "you", null, null, CancellationToken.None)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_that_decide_at_once_one_is_told_that_it_did()
    {
        await using var bench = new RuntimeBench();
        await bench.RunAsync(bench.Plan(Guarded));
        var row = await OnlyAsync(bench.Runtime);
        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            await bench.Runtime.DecideAsync(row.Id, i % 2 == 0, $"p{i}", null, null, CancellationToken.None))));
        Assert.Single(all, outcome => outcome.Status == OutcomeStatus.Success);
    }

    [Fact]
    public async Task An_overdue_request_is_expired_although_nobody_works_on_its_run()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan(Guarded));
        bench.Crash();
        bench.Time.Advance(TimeSpan.FromSeconds(61));
        var second = bench.Open();
        var row = await OnlyAsync(second);
        Assert.Equal(ApprovalStatus.Expired, row.Status);
        var decided = await second.DecideAsync(row.Id, true, "me", null, null, CancellationToken.None);
        Assert.Equal(("APPROVAL_EXPIRED", waiting.RunId), (decided.Code.Value, decided.RunId));

        var report = (await second.ResumeAsync(waiting.RunId, CancellationToken.None))[0].Value!;
        Assert.Equal((RunStatus.Failed, "APPROVAL_EXPIRED"), (report.Status, report.Code!.Value.Value));
        Assert.Empty(bench.Put.Calls);
        Assert.Empty((await second.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);
        Assert.Equal(
            ApprovalStatus.Expired, (await bench.Store.FindApprovalAsync(row.Id, CancellationToken.None))!.Status);
        await bench.VerifyAsync(waiting.RunId);
    }

    [Fact]
    public async Task Who_decided_in_time_is_heard_although_nobody_worked_on_the_run_until_later()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan(Guarded));
        bench.Crash();
        var second = bench.Open();
        var row = await OnlyAsync(second);
        bench.Time.Advance(TimeSpan.FromSeconds(59));
        var decided = bench.Time.GetUtcNow();
        Assert.Equal(
            OutcomeStatus.Success,
            (await second.DecideAsync(row.Id, true, "me", null, null, CancellationToken.None)).Status);
        bench.Time.Advance(TimeSpan.FromHours(3));

        Assert.Equal(
            RunStatus.Completed, (await second.ResumeAsync(waiting.RunId, CancellationToken.None))[0].Value!.Status);
        Assert.Single(bench.Put.Calls);
        Assert.Equal(
            decided,
            Assert.Single((await bench.JournalAsync(waiting.RunId)).OfType<RunEvent.ApprovalDecided>()).DecidedAt);
        await bench.VerifyAsync(waiting.RunId);
    }

    [Fact]
    public async Task Who_decides_at_the_last_moment_is_heard_before_the_time_is_over()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(
            bench.Plan("""{"steps":[{"id":"a","skill":"put","approval":{"expires_in_ms":60050}}]}"""));
        var (first, other) = (bench.Runtime, bench.Open());
        // Between two looks into the inbox.
        bench.Time.Advance(TimeSpan.FromMilliseconds(60_010));
        Assert.Equal(
            OutcomeStatus.Success,
            (await other.DecideAsync(
                (await OnlyAsync(other)).Id, true, "me", null, null, CancellationToken.None)).Status);
        bench.Time.Advance(TimeSpan.FromMilliseconds(50));

        var ended = (await first.WaitAsync(waiting.RunId, CancellationToken.None)).Value!;
        while (ended.Status == RunStatus.Waiting)
            ended = (await first.WaitAsync(waiting.RunId, CancellationToken.None)).Value!;
        Assert.Equal(RunStatus.Completed, ended.Status);
        await bench.VerifyAsync(waiting.RunId);
    }

    [Fact]
    public async Task A_settlement_of_the_wrong_item_names_those_that_wait()
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.Lost(), TwinAnswer.Ok(), TwinAnswer.Lost());
        var run = (await bench.RunAsync(bench.Plan(
            """{"steps":[{"id":"s","skill":"send","for_each":"input.list"},{"id":"t","skill":"pure"}]}""",
            """{"list":[1,2,3]}""") with
        { Profile = bench.Profile with { Limits = new() { MaxParallelSteps = 1 } } })).RunId;

        Assert.Equal(
            "Step 's' is done for each item, and items 0, 2 wait to be settled: say which.",
            await RefusedAsync(bench, run, "s", null));
        Assert.Equal("s[1] does not wait to be settled; items 0, 2 wait.", await RefusedAsync(bench, run, "s", 1));
        Assert.Equal("t does not wait to be settled; step 't' is success.", await RefusedAsync(bench, run, "t", null));
        Assert.Equal($"Run {run} has no step 'u'; its steps are 's', 't'.", await RefusedAsync(bench, run, "u", null));
    }

    [Fact]
    public async Task A_single_call_with_an_unknown_outcome_waits_as_a_run_does()
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.Lost());
        var call = bench.Call("send") with { IdempotencyKey = "k" };
        var outcome = await bench.Runtime.ExecuteAsync(call, CancellationToken.None);
        Assert.Equal(
            (OutcomeStatus.Unknown, "OUTCOME_UNKNOWN", "call"),
            (outcome.Status, outcome.Code.Value, outcome.StepId!.Value.Value));
        Assert.Equal(WaitReason.UnknownOutcome, (await bench.WaitAsync(outcome.RunId!.Value)).WaitingFor);

        await bench.Runtime.SettleAsync(
            outcome.RunId.Value, outcome.StepId.Value, null, happened: true, RuntimeBench.Json("[7]"), "me", null,
            CancellationToken.None);
        Assert.Equal(RunStatus.Completed, (await bench.WaitAsync(outcome.RunId.Value)).Status);
        Assert.Equal("[7]", (await bench.Runtime.ExecuteAsync(call, CancellationToken.None)).Result!.ToString());
        Assert.Single(bench.Send.Calls);
    }

    [Fact]
    public async Task A_result_that_the_skill_could_not_have_returned_settles_nothing()
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.Lost());
        var waiting = await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"send"}]}"""));

        var refused = await bench.Runtime.SettleAsync(
            waiting.RunId, StepId.Parse("a"), null, happened: true, RuntimeBench.Json("7"), "me", null,
            CancellationToken.None);

        Assert.Equal("SCHEMA_VIOLATION", refused.Code.Value);
        Assert.Equal(WaitReason.UnknownOutcome, (await bench.WaitAsync(waiting.RunId)).WaitingFor);
    }

    private static async Task<ApprovalRow> OnlyAsync(AosRuntime runtime) =>
        Assert.Single((await runtime.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);

    private static async Task<string?> RefusedAsync(RuntimeBench bench, RunId run, string step, int? item)
    {
        var outcome = await bench.Runtime.SettleAsync(
            run, StepId.Parse(step), item, true, null, "me", null, CancellationToken.None);
        Assert.Equal(OutcomeStatus.Failure, outcome.Status);
        return outcome.Message;
    }
}
