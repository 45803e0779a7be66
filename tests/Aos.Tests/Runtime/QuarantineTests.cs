using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>A run that takes its hosts down, or cannot be read, is left alone; every other run goes on.</summary>
public sealed class QuarantineTests
{
    private const string Reading = """{"steps":[{"id":"a","skill":"read"}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_crashes_without_progress_quarantine_the_run_in_sight_of_all()
    {
        await using var bench = new RuntimeBench();
        var poison = await CrashOverAsync(bench, times: 3);
        var next = bench.Open();

        var answer = Assert.Single(await next.ResumeAsync(null, Cancel));

        Assert.Equal("RUN_QUARANTINED", answer.Outcome.Code.Value);
        Assert.Equal(3, bench.Read.Calls.Count);
        var row = Assert.Single(
            (await next.ListRunsAsync(new RunFilter { Statuses = [RunStatus.Quarantined] }, Cancel)).Value!);
        Assert.Equal((poison, "RUN_QUARANTINED", 3), (row.RunId, row.Code!.Value.Value, row.Crashes));
        Assert.Contains("3 processes", row.Reason, StringComparison.Ordinal);
        Assert.Null(row.Owner);
        Assert.Equal((RunStatus.Quarantined, row.Reason), await StandsAsync(next, poison));
        Assert.Contains(
            row.Reason!, Assert.Single(await next.ResumeAsync(poison, Cancel)).Outcome.Message,
            StringComparison.Ordinal);
        Assert.Empty(await next.ResumeAsync(null, Cancel));

        Assert.Equal(OutcomeStatus.Success, (await next.CancelAsync(poison, "me", null, Cancel)).Status);
        Assert.Equal(RunStatus.Cancelled, (await next.WaitAsync(poison, Cancel)).Value!.Status);
        Assert.Equal(3, bench.Read.Calls.Count);
    }

    [Fact]
    public async Task A_released_run_goes_on_as_if_it_had_never_crashed()
    {
        await using var bench = new RuntimeBench();
        var poison = await CrashOverAsync(bench, times: 3);
        await bench.Open().ResumeAsync(null, Cancel);
        bench.Read.Answers(TwinAnswer.Ok());

        var report = (await bench.Open().ReleaseAsync(poison, Cancel)).Value!;

        Assert.Equal(RunStatus.Completed, report.Status);
        var row = (await bench.Store.FindRunAsync(poison, Cancel))!;
        Assert.Equal((RunStatus.Completed, 0, null), (row.Status, row.Crashes, row.Reason));
        await bench.VerifyAsync(poison);
        Assert.Equal("INVALID_ARGUMENT", (await bench.Runtime.ReleaseAsync(poison, Cancel)).Outcome.Code.Value);
        Assert.Equal(
            "UNKNOWN_RUN", (await bench.Runtime.ReleaseAsync(RunId.Parse("run_00000000"), Cancel)).Outcome.Code.Value);
    }

    [Fact]
    public async Task The_crashes_of_a_released_run_are_forgiven_before_anything_is_tried()
    {
        await using var bench = new RuntimeBench();
        var poison = await CrashOverAsync(bench, times: 3);
        await bench.Open().ResumeAsync(null, Cancel);

        _ = bench.Open().ReleaseAsync(poison, Cancel).AsTask();
        await bench.Read.WhenCalledAsync(4);

        var row = (await bench.Store.FindRunAsync(poison, Cancel))!;
        Assert.NotEqual(RunStatus.Quarantined, row.Status);
        Assert.Equal((0, null), (row.Crashes, row.Reason));
    }

    [Fact]
    public async Task A_run_that_gets_further_between_crashes_is_never_quarantined()
    {
        await using var bench = new RuntimeBench();
        const string plan = """
            {"steps":[{"id":"a","skill":"put"},{"id":"b","skill":"put","depends_on":["a"]},{"id":"c","skill":"put","depends_on":["b"]},
                      {"id":"d","skill":"put","depends_on":["c"]},{"id":"e","skill":"put","depends_on":["d"]}]}
            """;
        // Each process makes two calls: the first is answered, in the second it dies. An answer is durable before the
        // next call leaves, since that changes the world.
        bench.Put.Answers(
            call => bench.Put.Calls.Count is 1 or 3 or 5 or 7 or > 8 ? TwinAnswer.Ok() : TwinAnswer.HangsForever());
        var run = (await bench.SubmitAsync(bench.Plan(plan))).RunId;
        Task<IReadOnlyList<Aos.Contracts.Outcomes.Answer<RunReport>>> resumed = null!;
        for (var process = 0; process < 4; process++)
        {
            await bench.Put.WhenCalledAsync(2 * process + 2);
            bench.Crash(process);
            resumed = bench.Open().ResumeAsync(run, Cancel).AsTask();
        }

        Assert.Equal(RunStatus.Completed, Assert.Single(await resumed).Value!.Status);
        await bench.VerifyAsync(run);
    }

    [Fact]
    public async Task Runs_that_were_on_board_of_a_crash_are_not_put_down_with_the_one_that_caused_it()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.HangsForever()); // The poison: whoever calls it dies.
        bench.Put.Answers(call => bench.Put.Calls.Count > 2 ? TwinAnswer.Ok() : TwinAnswer.HangsForever());
        var waiting =
            (await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"pure","approval":{}}]}"""))).RunId;
        var slow = (await bench.SubmitAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put"}]}"""))).RunId;
        var poison = (await bench.SubmitAsync(bench.Plan(Reading))).RunId;
        await Task.WhenAll(bench.Put.WhenCalledAsync(), bench.Read.WhenCalledAsync());
        bench.Crash();
        _ = bench.Open().ResumeAsync(null, Cancel).AsTask();
        await Task.WhenAll(bench.Put.WhenCalledAsync(2), bench.Read.WhenCalledAsync(2));
        bench.Crash(1);

        // Both are suspects now. The older one is alone until it has got further, then the poison is.
        _ = bench.Open().ResumeAsync(null, Cancel).AsTask();
        await bench.Read.WhenCalledAsync(3);
        Assert.Equal(0, (await bench.Store.FindRunAsync(slow, Cancel))!.Crashes);
        bench.Crash(2);
        await bench.Open().ResumeAsync(null, Cancel);

        Assert.Equal((RunStatus.Quarantined, RunStatus.Completed, RunStatus.Waiting), (
            (await bench.Store.FindRunAsync(poison, Cancel))!.Status,
            (await bench.Store.FindRunAsync(slow, Cancel))!.Status,
            (await bench.Store.FindRunAsync(waiting, Cancel))!.Status));
    }

    [Fact]
    public async Task A_process_that_closes_down_in_good_order_is_no_crash()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Hangs());
        var run = (await bench.SubmitAsync(bench.Plan(Reading))).RunId;
        for (var process = 0; process < 3; process++)
        {
            await bench.Read.WhenCalledAsync(process + 1);
            await bench.CloseAsync(bench.Runtime);
            _ = bench.Open().ResumeAsync(run, Cancel).AsTask();
        }

        await bench.Read.WhenCalledAsync(4);
        Assert.Equal(0, (await bench.Store.FindRunAsync(run, Cancel))!.Crashes);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_quarantines_its_run_and_no_other()
    {
        await using var bench = new RuntimeBench();
        var (poison, good) = await WaitingPairAsync(bench);
        await AppendAsync(bench, poison, """{"type":"from_the_future","at":"2026-01-02T03:04:05Z"}"""u8.ToArray());
        bench.Crash();
        var next = bench.Open();

        Assert.Empty(await next.ResumeAsync(null, Cancel)); // Runs that only wait are not even read.
        Assert.Equal("RUN_QUARANTINED", Assert.Single(await next.ResumeAsync(poison, Cancel)).Outcome.Code.Value);
        Assert.Equal("OK", Assert.Single(await next.ResumeAsync(good, Cancel)).Outcome.Code.Value);

        var row = (await bench.Store.FindRunAsync(poison, Cancel))!;
        Assert.Equal((RunStatus.Quarantined, "STORAGE_CORRUPT"), (row.Status, row.Code!.Value.Value));
        Assert.Contains("cannot read", row.Reason, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Waiting, (await bench.Store.FindRunAsync(good, Cancel))!.Status);
        Assert.Equal("RUN_QUARANTINED", (await next.ReleaseAsync(poison, Cancel)).Outcome.Code.Value);
        Assert.Equal(RunStatus.Quarantined, (await bench.Store.FindRunAsync(poison, Cancel))!.Status);
    }

    [Fact]
    public async Task A_broken_chain_quarantines_its_run()
    {
        await using var bench = new RuntimeBench();
        var (poison, _) = await WaitingPairAsync(bench);
        await AppendAsync(
            bench, poison, """{"type":"time_reached","at":"2026-01-02T03:04:05Z"}"""u8.ToArray(), new byte[32]);
        bench.Crash();

        await bench.Open().ResumeAsync(poison, Cancel);

        Assert.Equal("HISTORY_TAMPERED", (await bench.Store.FindRunAsync(poison, Cancel))!.Code!.Value.Value);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_quarantines_nothing()
    {
        await using var bench = new RuntimeBench();
        var (run, _) = await WaitingPairAsync(bench);
        bench.Crash();
        var next = bench.Open();
        bench.Crash(1);
        Assert.Equal("STORAGE_UNAVAILABLE", Assert.Single(await next.ResumeAsync(run, Cancel)).Outcome.Code.Value);

        await bench.Open().ResumeAsync(null, Cancel);
        Assert.Equal(RunStatus.Waiting, (await bench.Store.FindRunAsync(run, Cancel))!.Status);
    }

    [Fact]
    public async Task A_held_run_asks_for_its_approvals_anew()
    {
        await using var bench = new RuntimeBench();
        var run = (await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put","approval":{}}]}"""))).RunId;
        var first = Assert.Single((await bench.Runtime.ListApprovalsAsync(openOnly: true, Cancel)).Value!);
        await HoldAsync(bench, run, first);
        var next = bench.Open();
        Assert.Equal("RUN_QUARANTINED", Assert.Single(await next.ResumeAsync(run, Cancel)).Outcome.Code.Value);

        Assert.Equal(RunStatus.Waiting, (await next.ReleaseAsync(run, Cancel)).Value!.Status);

        var second = Assert.Single((await next.ListApprovalsAsync(openOnly: true, Cancel)).Value!);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(
            "APPROVAL_NOT_OPEN", (await next.DecideAsync(first.Id, true, "me", null, null, Cancel)).Code.Value);
        Assert.Equal(OutcomeStatus.Success, (await next.DecideAsync(second.Id, true, "me", null, null, Cancel)).Status);
        Assert.Equal(RunStatus.Completed, (await bench.WaitAsync(run)).Status);
        Assert.Single(bench.Put.Calls);
        await bench.VerifyAsync(run);
    }

    [Fact]
    public async Task A_held_run_is_cancelled_without_any_of_its_calls()
    {
        await using var bench = new RuntimeBench();
        var run =
            (await bench.RunAsync(
                bench.Plan("""{"steps":[{"id":"w","skill":"put","approval":{}},{"id":"x","wait":{"signal":"go"}},{"id":"y","skill":"send","depends_on":["x"]}]}"""))).RunId;
        var open = Assert.Single((await bench.Runtime.ListApprovalsAsync(openOnly: true, Cancel)).Value!);
        await HoldAsync(bench, run, open);
        var next = bench.Open();
        await next.SignalAsync(run, SignalName.Parse("go"), null, "me", null, Cancel);

        Assert.Equal(OutcomeStatus.Success, (await next.CancelAsync(run, "me", "it was paid already", Cancel)).Status);

        Assert.Equal(RunStatus.Cancelled, (await next.WaitAsync(run, Cancel)).Value!.Status);
        Assert.Empty(bench.Send.Calls);
        Assert.Empty((await next.ListApprovalsAsync(openOnly: true, Cancel)).Value!);
        await bench.VerifyAsync(run);
    }

    private static async Task<(RunStatus, string?)> StandsAsync(Aos.Runtime.AosRuntime runtime, RunId run)
    {
        var report = (await runtime.ReportAsync(run, Cancel)).Value!;
        return (report.Status, report.Message);
    }

    /// <summary>Lets processes die while they work on one run; the last process is the number of times minus
    /// one.</summary>
    private static async Task<RunId> CrashOverAsync(RuntimeBench bench, int times)
    {
        bench.Read.Answers(TwinAnswer.HangsForever());
        var run = (await bench.SubmitAsync(bench.Plan(Reading))).RunId;
        for (var process = 0; process < times; process++)
        {
            if (process > 0) _ = bench.Open().ResumeAsync(null, Cancel).AsTask();
            await bench.Read.WhenCalledAsync(process + 1);
            bench.Crash(process);
        }

        return run;
    }

    private static async Task<(RunId First, RunId Second)> WaitingPairAsync(RuntimeBench bench)
    {
        const string plan = """{"steps":[{"id":"a","skill":"put","approval":{}}]}""";
        return ((await bench.RunAsync(bench.Plan(plan))).RunId, (await bench.RunAsync(bench.Plan(plan))).RunId);
    }

    private static async Task AppendAsync(RuntimeBench bench, RunId run, byte[] line, byte[]? hash = null)
    {
        var segments = await bench.MemoryOf().ReadAsync(run, 0, Cancel);
        var slice = new JournalSlice
        {
            RunId = run,
            AfterSeq = segments[^1].FirstSeq + segments[^1].Count - 1,
            Count = 1,
            Events = line,
            Hash = hash ?? HashChain.Next(segments[^1].Hash.Span, line),
        };
        Assert.Equal([AppendResult.Written], await bench.MemoryOf().AppendAsync(new[] { slice }, Cancel));
    }

    /// <summary>Leaves the store as a restore does.</summary>
    private static async Task HoldAsync(RuntimeBench bench, RunId run, ApprovalRow open)
    {
        var row = (await bench.Store.FindRunAsync(run, Cancel))!;
        var segments = await bench.MemoryOf().ReadAsync(run, 0, Cancel);
        var slice = new JournalSlice
        {
            RunId = run,
            AfterSeq = segments[^1].FirstSeq + segments[^1].Count - 1,
            Count = 0,
            Events = default,
            Hash = default,
            Row = row with { Status = RunStatus.Quarantined, Code = ErrorCodes.RunHeld, Reason = "restored" },
            Approvals = [open with { Status = ApprovalStatus.Void }],
        };
        Assert.Equal([AppendResult.Written], await bench.MemoryOf().AppendAsync(new[] { slice }, Cancel));
        bench.Crash();
    }
}
