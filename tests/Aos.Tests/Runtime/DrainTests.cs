using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>A process that goes down in order: what is in flight comes back, and nothing else begins.</summary>
public sealed class DrainTests
{
    private const string Plan = """{"steps":[{"id":"a","skill":"send"},{"id":"b","skill":"put","depends_on":["a"]}]}""";

    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task A_call_that_cannot_be_repeated_comes_back_and_the_next_step_waits_for_the_next_owner()
    {
        await using var bench = new RuntimeBench();
        var answer = new TaskCompletionSource<TwinAnswer>();
        bench.Send.Answers(TwinAnswer.When(answer.Task));
        var first = bench.Open();
        var submitted = await bench.SubmitAsync(bench.Plan(Plan));
        await bench.Send.WhenCalledAsync();
        Assert.Equal(1, first.CallsInFlight);
        var waiting = first.WaitAsync(submitted.RunId, CancellationToken.None).AsTask();

        var drained = first.DrainAsync(AtMost, CancellationToken.None).AsTask();
        Assert.False(drained.IsCompleted);
        answer.SetResult(TwinAnswer.Ok());
        Assert.True(await drained);

        Assert.Equal("STORAGE_UNAVAILABLE", (await waiting).Outcome.Code.Value);
        Assert.Empty(bench.Put.Calls);
        await bench.CloseAsync(first);
        var second = bench.Open();
        var report = Assert.Single(await second.ResumeAsync(submitted.RunId, CancellationToken.None)).Value!;
        Assert.Equal(RunStatus.Completed, report.Status);
        Assert.Equal((1, 1), (bench.Send.Calls.Count, bench.Put.Calls.Count));
        Assert.DoesNotContain(await bench.JournalAsync(submitted.RunId), e => e is RunEvent.AttemptLost);
        await bench.VerifyAsync(submitted.RunId);
    }

    [Fact]
    public async Task The_wait_ends_after_its_time_and_the_call_is_lost()
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.Hangs());
        var first = bench.Open();
        var submitted = await bench.SubmitAsync(bench.Plan(Plan));
        await bench.Send.WhenCalledAsync();

        var drained = first.DrainAsync(AtMost, CancellationToken.None).AsTask();
        await bench.Time.WhenArmedAsync(AtMost);
        bench.Time.Advance(AtMost);
        Assert.False(await drained);

        await bench.CloseAsync(first);
        var report = Assert.Single(await bench.Open().ResumeAsync(submitted.RunId, CancellationToken.None)).Value!;
        Assert.Equal(WaitReason.UnknownOutcome, report.WaitingFor);
    }

    [Fact]
    public async Task A_decision_made_meanwhile_waits_for_the_next_owner()
    {
        await using var bench = new RuntimeBench();
        var first = bench.Open();
        var waiting = await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put","approval":{}}]}"""));
        Assert.True(await first.DrainAsync(AtMost, CancellationToken.None));

        var row = Assert.Single((await first.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);
        Assert.Equal(
            OutcomeStatus.Success,
            (await first.DecideAsync(row.Id, true, "me", null, null, CancellationToken.None)).Status);
        Assert.Empty(bench.Put.Calls);
        await bench.CloseAsync(first);
        Assert.Equal(
            RunStatus.Completed,
            (await bench.Open().ResumeAsync(waiting.RunId, CancellationToken.None))[0].Value!.Status);
        Assert.Single(bench.Put.Calls);
    }

    [Fact]
    public async Task Whoever_goes_down_begins_no_other_run()
    {
        await using var bench = new RuntimeBench();
        var first = bench.Open();
        Assert.True(await first.DrainAsync(AtMost, CancellationToken.None));

        Assert.Equal(
            "STORAGE_UNAVAILABLE", (await first.RunAsync(bench.Plan(Plan), CancellationToken.None)).Outcome.Code.Value);
        Assert.Empty(bench.Send.Calls);
        Assert.Empty((await first.ListRunsAsync(new(), CancellationToken.None)).Value!);
    }
}
