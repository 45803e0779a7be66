using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

public sealed class RecoveryTests
{
    private const string Plan = """
        {"steps":[
          {"id":"a","skill":"pure","input":{"n":"${input.n}"}},
          {"id":"b","skill":"read","depends_on":["a"]},
          {"id":"c","skill":"put","depends_on":["b"],"input":{"from":"${steps.a.result.n}"}},
          {"id":"d","skill":"send","depends_on":["c"]},
          {"id":"e","skill":"paid","depends_on":["d"]},
          {"id":"f","skill":"put","for_each":"input.list","depends_on":["e"],"input":{"item":"${item}"}}],
         "output":"{n: steps.a.result.n, f: length(steps.f.result)}"}
        """;

    private const string Input = """{"n":7,"list":["x","y"]}""";

    private enum Fault
    {
        CrashBefore,
        FailedButWritten,
        FailedAndNotWritten,
    }

    public static TheoryData<int, int> EveryAppend
    {
        get
        {
            var data = new TheoryData<int, int>();
            for (var append = 1; append <= 14; append++)
                for (var fault = 0; fault < 3; fault++) data.Add(append, fault);
            return data;
        }
    }

    [Theory, MemberData(nameof(EveryAppend))]
    public async Task A_run_goes_on_from_whatever_was_durable(int append, int fault)
    {
        await using var bench = new RuntimeBench();
        bench.Pure.Answers(TwinAnswer.Ok("""{"n":7}"""));
        bench.Paid.Answers(TwinAnswer.Ok(cents: 4));
        var first = bench.Open();
        bench.Store.BeforeAppend = number =>
        {
            if (number != append) return;
            switch ((Fault)fault)
            {
                case Fault.CrashBefore:
                    bench.Crash();
                    throw new StoreException(ErrorCodes.StorageUnavailable, "The power is gone.");
                case Fault.FailedButWritten:
                    bench.MemoryOf().FailNextAppend(ErrorCodes.StorageUnavailable, written: true); break;
                default: bench.MemoryOf().FailNextAppend(ErrorCodes.StorageUnavailable, written: false); break;
            }
        };
        var answer = await first.RunAsync(bench.Plan(Plan, Input), CancellationToken.None);
        if (!answer.Succeeded) Assert.Equal("STORAGE_UNAVAILABLE", answer.Outcome.Code.Value);
        bench.Crash();

        var second = bench.Open();
        await JudgeAsync(bench, second, await second.ResumeAsync(null, CancellationToken.None), append);
        Assert.Empty(await bench.MemoryOf(1).CheckAsync(CancellationToken.None));
    }

    public static TheoryData<int, bool> EveryFailedAppend
    {
        get
        {
            var data = new TheoryData<int, bool>();
            for (var append = 1; append <= 14; append++)
                foreach (var written in (bool[])[true, false]) data.Add(append, written);
            return data;
        }
    }

    [Theory, MemberData(nameof(EveryFailedAppend))]
    public async Task A_run_goes_on_in_the_same_process_where_the_store_says_what_is_durable(int append, bool written)
    {
        await using var bench = new RuntimeBench();
        bench.Pure.Answers(TwinAnswer.Ok("""{"n":7}"""));
        bench.Paid.Answers(TwinAnswer.Ok(cents: 4));
        var runtime = bench.Open();
        bench.MemoryOf().AppendsAfterFailure = true;
        bench.Store.BeforeAppend = number =>
        {
            if (number == append) bench.MemoryOf().FailNextAppend(ErrorCodes.StorageUnavailable, written);
        };
        var answer = await runtime.RunAsync(bench.Plan(Plan, Input), CancellationToken.None);
        if (!answer.Succeeded) Assert.Equal("STORAGE_UNAVAILABLE", answer.Outcome.Code.Value);
        Assert.Null(runtime.Failure);

        await JudgeAsync(bench, runtime, await TakeOnAgainAsync(runtime), append);
        Assert.Empty(await bench.MemoryOf().CheckAsync(CancellationToken.None));
        bench.Store.BeforeAppend = null;
        Assert.Equal(
            RunStatus.Completed, (await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put"}]}"""))).Status);
    }

    // What the loop that failed had in flight comes back first.
    private static async Task<IReadOnlyList<Answer<RunReport>>> TakeOnAgainAsync(AosRuntime runtime)
    {
        while (true)
        {
            var resumed = await runtime.ResumeAsync(null, CancellationToken.None).AsTask()
                .WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
            if (resumed.Count > 0
                || (await runtime.ListRunsAsync(new RunFilter(), CancellationToken.None)).Value!.All(
                    row => row.IsEnded)) return resumed;
            await Task.Yield();
        }
    }

    private static async Task JudgeAsync(
        RuntimeBench bench, AosRuntime second, IReadOnlyList<Answer<RunReport>> resumed, int append)
    {
        var rows = (await second.ListRunsAsync(new RunFilter(), CancellationToken.None)).Value!;
        if (rows.Count == 0)
        {
            // Nobody was told that the run was admitted, and nothing was called that has effects.
            Assert.Equal(1, append);
            foreach (var skill in new[] { bench.Put, bench.Paid, bench.Send }) Assert.Empty(skill.Calls);
            return;
        }
        var run = Assert.Single(rows).RunId;
        var report = resumed.Count > 0
            ? resumed[0].Value! : (await second.ReportAsync(run, CancellationToken.None)).Value!;
        if (report.Status == RunStatus.Waiting)
        {
            // Only what cannot be repeated holds the run up, and only where it was in flight.
            Assert.Equal(WaitReason.UnknownOutcome, report.WaitingFor);
            Assert.InRange(bench.Send.Calls.Count, 0, 1);
            var step = report.Steps.Single(step => step.Code is null && step.Attempts > 0);
            Assert.Equal("d", step.StepId.Value);
            await second.SettleAsync(
                run, step.StepId, null, happened: true, RuntimeBench.Json("{}"), "me", null, CancellationToken.None);
            report = (await second.WaitAsync(run, CancellationToken.None)).Value!;
        }
        Assert.Equal(RunStatus.Completed, report.Status);
        Assert.Equal("""{"f":2,"n":7}""", report.Output!.ToString());
        Assert.InRange(bench.Send.Calls.Count, 0, 1);
        foreach (var calls in new[] { bench.Read, bench.Put, bench.Paid }.SelectMany(skill => skill.Calls)
            .GroupBy(call => call.IdempotencyKey))
            Assert.Single(calls.Select(call => call.Input.ToString()).Distinct());
        Assert.Single(bench.Read.Calls.Select(call => call.IdempotencyKey).Distinct());
        Assert.Equal(3, bench.Put.Calls.Select(call => call.IdempotencyKey).Distinct().Count());
        await bench.VerifyAsync(run);
    }

    [Fact]
    public async Task A_run_has_at_least_as_many_appends_as_were_crashed_at()
    {
        await using var bench = new RuntimeBench();
        bench.Pure.Answers(TwinAnswer.Ok("""{"n":7}"""));
        await bench.RunAsync(bench.Plan(Plan, Input));
        Assert.InRange(bench.Store.Appends, 6, 14);
    }

    [Fact]
    public async Task A_call_that_was_in_flight_is_made_again_only_if_it_may_be()
    {
        await using var bench = new RuntimeBench();
        bench.Put.Answers(TwinAnswer.HangsForever(), TwinAnswer.Ok());
        bench.Send.Answers(TwinAnswer.HangsForever(), TwinAnswer.Ok());
        var submitted = await bench.SubmitAsync(
            bench.Plan("""{"steps":[{"id":"p","skill":"put","input":{"x":1}},{"id":"s","skill":"send"}]}"""));
        await Task.WhenAll(bench.Put.WhenCalledAsync(), bench.Send.WhenCalledAsync());
        bench.Crash();
        var second = bench.Open();
        var report = (await second.ResumeAsync(submitted.RunId, CancellationToken.None))[0].Value!;
        Assert.Equal((RunStatus.Waiting, WaitReason.UnknownOutcome), (report.Status, report.WaitingFor));
        Assert.Equal((2, 1), (bench.Put.Calls.Count, bench.Send.Calls.Count));
        Assert.Equal(
            (bench.Put.Calls[0].IdempotencyKey, bench.Put.Calls[0].Input),
            (bench.Put.Calls[1].IdempotencyKey, bench.Put.Calls[1].Input));
        Assert.Equal([1, 2], bench.Put.Calls.Select(call => call.Attempt));
        await bench.VerifyAsync(submitted.RunId);
    }

    [Fact]
    public async Task A_run_whose_owner_lives_is_not_adopted()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Hangs());
        var submitted = await bench.SubmitAsync(bench.Plan("""{"steps":[{"id":"a","skill":"read"}]}"""));
        await bench.Read.WhenCalledAsync();
        var second = bench.Open();
        Assert.Equal(
            "RUN_OWNED",
            Assert.Single(await second.ResumeAsync(submitted.RunId, CancellationToken.None)).Outcome.Code.Value);
        Assert.Empty(await second.ResumeAsync(null, CancellationToken.None));
        Assert.Equal(
            "UNKNOWN_RUN",
            Assert.Single(
                await second.ResumeAsync(RunId.Parse("run_00000000"), CancellationToken.None)).Outcome.Code.Value);
        Assert.Single(bench.Read.Calls);
    }

    [Fact]
    public async Task Of_two_that_race_to_adopt_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var bench = new RuntimeBench();
            bench.Put.Answers(TwinAnswer.HangsForever(), TwinAnswer.Ok());
            var submitted = await bench.SubmitAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put"}]}"""));
            await bench.Put.WhenCalledAsync();
            bench.Crash();
            var (left, right) = (bench.Open(), bench.Open());
            var both = await Task.WhenAll(
                Task.Run(async () => await left.ResumeAsync(submitted.RunId, CancellationToken.None)),
                Task.Run(async () => await right.ResumeAsync(submitted.RunId, CancellationToken.None)),
                Task.Run(async () => await right.ResumeAsync(submitted.RunId, CancellationToken.None)));
            Assert.All(both.SelectMany(answers => answers), answer => Assert.True(
                answer.Value?.Status == RunStatus.Completed || answer.Outcome.Code == ErrorCodes.RunOwned,
                answer.Outcome.Message));
            Assert.Equal(2, bench.Put.Calls.Count);
            Assert.Single(await bench.JournalAsync(submitted.RunId), e => e is RunEvent.RunRecovered);
            await bench.VerifyAsync(submitted.RunId);
        }
    }

    [Fact]
    public async Task What_another_process_asks_reaches_the_owner_through_the_store()
    {
        await using var bench = new RuntimeBench();
        var owner = bench.Open();
        var ownersStore = bench.Store;
        bench.Send.Answers(TwinAnswer.Lost());
        var approval =
            (await owner.RunAsync(
                bench.Plan("""{"steps":[{"id":"a","skill":"put","approval":{}}]}"""), CancellationToken.None)).Value!;
        var unknown =
            (await owner.RunAsync(
                bench.Plan("""{"steps":[{"id":"a","skill":"send"}]}"""), CancellationToken.None)).Value!;
        var doomed =
            (await owner.RunAsync(
                bench.Plan("""{"steps":[{"id":"a","skill":"read","approval":{}}]}"""), CancellationToken.None)).Value!;
        var other = bench.Open();
        var rows = (await other.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!;
        Assert.Equal(
            OutcomeStatus.Success,
            (await other.DecideAsync(
                rows.Single(row => row.RunId == approval.RunId).Id, true, "me", null, null,
                CancellationToken.None)).Status);
        Assert.Equal(
            OutcomeStatus.Success,
            (await other.SettleAsync(
                unknown.RunId, StepId.Parse("a"), null, true, null, "me", null, CancellationToken.None)).Status);
        Assert.Equal(
            OutcomeStatus.Success, (await other.CancelAsync(doomed.RunId, "me", null, CancellationToken.None)).Status);
        var ended = 0;
        var all = ownersStore.WhenAsync(e => e is RunEvent.RunEnded && ++ended == 3);
        bench.Time.Advance(TimeSpan.FromMilliseconds(200));
        await all;
        Assert.Equal(
            RunStatus.Completed, (await owner.WaitAsync(approval.RunId, CancellationToken.None)).Value!.Status);
        Assert.Equal(RunStatus.Completed, (await owner.WaitAsync(unknown.RunId, CancellationToken.None)).Value!.Status);
        Assert.Equal(RunStatus.Cancelled, (await owner.WaitAsync(doomed.RunId, CancellationToken.None)).Value!.Status);
    }

    [Fact]
    public async Task A_decision_on_a_run_without_owner_counts_when_somebody_resumes_it()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put","approval":{}}]}"""));
        bench.Crash();
        var second = bench.Open();
        var row = Assert.Single((await second.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);
        await second.DecideAsync(row.Id, true, "me", null, null, CancellationToken.None);
        Assert.Empty(bench.Put.Calls);
        Assert.Equal(
            RunStatus.Completed, (await second.ResumeAsync(waiting.RunId, CancellationToken.None))[0].Value!.Status);
        Assert.Single(bench.Put.Calls);
    }

    [Fact]
    public async Task A_resume_that_has_nothing_to_do_leaves_the_journal_as_it_was()
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.Lost());
        var run =
            (await bench.RunAsync(
                bench.Plan(
                    "{\"steps\":[{\"id\":\"a\",\"skill\":\"put\",\"approval\":{}},{\"id\":\"b\",\"skill\":\"send\"}]}"))).RunId;
        var before = await bench.JournalAsync(run);
        for (var process = 0; process < 3; process++)
        {
            bench.Crash(process);
            var report = (await bench.Open().ResumeAsync(run, CancellationToken.None))[0].Value!;
            Assert.Equal((RunStatus.Waiting, WaitReason.Approval), (report.Status, report.WaitingFor));
        }
        Assert.Equal(before, await bench.JournalAsync(run));
        // Each of them was an owner, which the store counts.
        Assert.Equal(4, (await bench.Store.FindRunAsync(run, CancellationToken.None))!.Epoch);

        var row =
            Assert.Single((await bench.Runtime.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);
        await bench.Runtime.DecideAsync(row.Id, true, "me", null, null, CancellationToken.None);
        await bench.Runtime.SettleAsync(run, StepId.Parse("b"), null, true, null, "me", null, CancellationToken.None);
        Assert.Equal(RunStatus.Completed, (await bench.WaitAsync(run)).Status);
        await bench.VerifyAsync(run);
    }

    [Fact]
    public async Task A_fact_that_nobody_can_read_holds_up_nothing_else()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put","approval":{}}]}"""));
        await bench.Store.PostAsync(
            waiting.RunId, """{"type":"from_the_future"}"""u8.ToArray(), CancellationToken.None);
        var row =
            Assert.Single((await bench.Runtime.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);
        await bench.Runtime.DecideAsync(row.Id, true, "me", null, null, CancellationToken.None);
        Assert.Equal(RunStatus.Completed, (await bench.WaitAsync(waiting.RunId)).Status);
    }

    [Fact]
    public async Task A_failed_store_stops_every_run_and_the_runtime_still_closes()
    {
        await using var bench = new RuntimeBench();
        var runtime = bench.Open();
        bench.MemoryOf().FailNextAppend(ErrorCodes.StorageFull, written: false);
        Assert.Equal(
            "STORAGE_FULL",
            (await runtime.RunAsync(
                bench.Plan("""{"steps":[{"id":"a","skill":"put"}]}"""), CancellationToken.None)).Outcome.Code.Value);
        Assert.Equal(
            "STORAGE_FULL",
            (await runtime.SubmitAsync(
                bench.Plan("""{"steps":[{"id":"a","skill":"put"}]}"""), CancellationToken.None)).Outcome.Code.Value);
        Assert.Equal("STORAGE_FULL", runtime.Failure!.Code.Value);
        Assert.Empty(bench.Put.Calls);
        await runtime.DisposeAsync();
    }
}
