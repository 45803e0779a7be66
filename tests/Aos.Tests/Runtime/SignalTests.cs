using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>Signals and sleeps over a store.</summary>
public sealed class SignalTests
{
    private const string Waits = """{"steps":[{"id":"w","wait":{"signal":"paid"}},{"id":"a","skill":"read","depends_on":["w"]}],"output":"steps.w.result"}""";

    private static ValueTask<StructuredOutcome> SendAsync(
        RuntimeBench bench, RunId run, string name = "paid", string data = """{"n":1}""", string? key = null) =>
        bench.Runtime.SignalAsync(
            run, SignalName.Parse(name), RuntimeBench.Json(data), "me", key, CancellationToken.None);

    [Fact]
    public async Task A_signal_ends_the_wait_and_is_the_result_of_its_step()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan(Waits));
        Assert.Equal((RunStatus.Waiting, WaitReason.Signal), (waiting.Status, waiting.WaitingFor));

        Assert.Equal(OutcomeStatus.Success, (await SendAsync(bench, waiting.RunId)).Status);

        var report = await bench.WaitAsync(waiting.RunId);
        Assert.Equal((RunStatus.Completed, """{"n":1}"""), (report.Status, report.Output!.ToString()));
        Assert.Equal("me", (await bench.JournalAsync(waiting.RunId)).OfType<RunEvent.SignalReceived>().Single().By);
        await bench.VerifyAsync(waiting.RunId);
    }

    [Fact]
    public async Task A_signal_sent_while_nobody_works_on_the_run_waits_in_the_store()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan(Waits));
        await bench.CloseAsync(bench.Runtime);
        bench.Open();

        Assert.Equal(OutcomeStatus.Success, (await SendAsync(bench, waiting.RunId)).Status);
        var resumed = Assert.Single(await bench.Runtime.ResumeAsync(waiting.RunId, CancellationToken.None));

        Assert.Equal(RunStatus.Completed, resumed.Value!.Status);
        await bench.VerifyAsync(waiting.RunId);
    }

    [Fact]
    public async Task A_signal_that_nobody_can_take_is_refused_by_its_reason()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan(Waits));

        Assert.Equal(ErrorCodes.UnknownRun, (await SendAsync(bench, RunId.Parse("run_00000000"))).Code);
        var unheard = await SendAsync(bench, waiting.RunId, "payed");
        Assert.Equal(ErrorCodes.UnknownSignal, unheard.Code);
        Assert.Contains("'paid'", unheard.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.InvalidArgument, (await SendAsync(bench, waiting.RunId, key: "")).Code);
        Assert.Equal(ErrorCodes.InvalidJson, (await bench.Runtime.SignalAsync(waiting.RunId, SignalName.Parse("paid"),
            RuntimeBench.Json("""{"a":1,"a":2}"""), "me", null, CancellationToken.None)).Code);

        await SendAsync(bench, waiting.RunId);
        await bench.WaitAsync(waiting.RunId);
        var late = await SendAsync(bench, waiting.RunId);
        Assert.Equal(ErrorCodes.InvalidArgument, late.Code);
        Assert.Contains("has ended", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_that_is_sent_again_under_its_key_counts_once_also_after_the_end()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan(Waits));
        await SendAsync(bench, waiting.RunId, key: "order-7");
        Assert.Equal(RunStatus.Completed, (await bench.WaitAsync(waiting.RunId)).Status);

        Assert.Equal(OutcomeStatus.Success, (await SendAsync(bench, waiting.RunId, key: "order-7")).Status);
        Assert.Equal(ErrorCodes.InvalidArgument, (await SendAsync(bench, waiting.RunId, key: "order-8")).Code);
    }

    [Fact]
    public async Task A_name_that_the_plan_computes_is_taken_as_it_comes()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(
            bench.Plan("""{"steps":[{"id":"w","wait":{"signal":"paid_${input.id}"}}]}""", """{"id":7}"""));

        Assert.Equal(OutcomeStatus.Success, (await SendAsync(bench, waiting.RunId, "anything")).Status);
        await SendAsync(bench, waiting.RunId, "paid_7");

        Assert.Equal(RunStatus.Completed, (await bench.WaitAsync(waiting.RunId)).Status);
    }

    [Fact]
    public async Task A_run_that_sleeps_is_followed_until_it_goes_on()
    {
        await using var bench = new RuntimeBench();
        var running = bench.RunAsync(bench.Plan("""{"steps":[{"id":"w","wait":{"for_ms":90000}}]}"""));

        await bench.Time.WhenArmedAsync(TimeSpan.FromSeconds(90));
        Assert.False(running.IsCompleted);
        bench.Time.Advance(TimeSpan.FromSeconds(90));

        var report = await running;
        Assert.Equal((RunStatus.Completed, 90_000d), (report.Status, report.LatencyMs));
        Assert.Equal(90_000d, report.Steps[0].Wait!.WaitedMs);
    }

    [Fact]
    public async Task A_large_signal_is_kept_beside_the_journal_and_read_back_whole()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(
            bench.Plan("""{"steps":[{"id":"w","wait":{"signal":"paid"}}],"output":"length(steps.w.result)"}"""));

        await SendAsync(bench, waiting.RunId, data: $"\"{new string('x', 300_000)}\"");

        Assert.Equal("300000", (await bench.WaitAsync(waiting.RunId)).Output!.ToString());
        await bench.VerifyAsync(waiting.RunId);
    }
}
