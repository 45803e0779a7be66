using System.Runtime.CompilerServices;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>Runs that wait are rows, not objects.</summary>
public sealed class WaitingRunTests
{
    private const string Signal =
        """{"steps":[{"id":"w","wait":{"signal":"go"}},{"id":"a","skill":"read","depends_on":["w"]}]}""";
    private const string Hour =
        """{"steps":[{"id":"w","wait":{"for_ms":3600000}},{"id":"a","skill":"read","depends_on":["w"]}]}""";

    /// <summary>Lets time pass until no run of the process is in memory.</summary>
    private static async Task UnloadAsync(RuntimeBench bench)
    {
        for (var i = 0; bench.Runtime.RunsInMemory > 0; i++)
        {
            Assert.True(i < 5_000, $"{bench.Runtime.RunsInMemory} runs stay in memory.");
            bench.Time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }
    }

    private static async Task<RunReport> SubmitAsync(RuntimeBench bench, string plan, string? key = null)
    {
        var report = await bench.SubmitAsync(bench.Plan(plan, key: key));
        await bench.Store.WhenAsync<RunEvent.WaitStarted>();
        return report;
    }

    [Fact]
    public async Task A_run_that_waits_leaves_the_memory_and_comes_back_for_its_signal()
    {
        await using var bench = new RuntimeBench();
        var run = (await SubmitAsync(bench, Signal)).RunId;

        await UnloadAsync(bench);
        Assert.Contains(run, bench.Runtime.OpenRuns);
        var events = (await bench.JournalAsync(run)).Count;
        await bench.Runtime.SignalAsync(run, SignalName.Parse("go"), null, "me", null, CancellationToken.None);

        Assert.Equal(RunStatus.Completed, (await bench.WaitAsync(run)).Status);
        // Reading it again is no recovery: the signal is the next thing that the journal has.
        Assert.IsType<RunEvent.SignalReceived>((await bench.JournalAsync(run))[events]);
        await bench.VerifyAsync(run);
    }

    [Fact]
    public async Task A_run_that_left_the_memory_goes_on_when_its_moment_comes()
    {
        await using var bench = new RuntimeBench();
        var run = (await SubmitAsync(bench, Hour)).RunId;
        await UnloadAsync(bench);

        bench.Time.Advance(TimeSpan.FromHours(1));

        var ended = await bench.Store.WhenAsync<RunEvent.RunEnded>();
        Assert.Equal(RunStatus.Completed, ended.Status);
        Assert.DoesNotContain(await bench.JournalAsync(run), e => e is RunEvent.RunRecovered);
        await bench.VerifyAsync(run);
    }

    [Fact]
    public async Task Whoever_waits_for_a_run_that_left_the_memory_follows_it_to_its_end()
    {
        await using var bench = new RuntimeBench();
        var run = (await SubmitAsync(bench, Hour)).RunId;
        await UnloadAsync(bench);

        var following = bench.WaitAsync(run);
        while (bench.Runtime.RunsInMemory == 0) await Task.Yield();
        bench.Time.Advance(TimeSpan.FromMinutes(30)); // It stays in memory for as long as somebody follows it.
        Assert.False(following.IsCompleted);
        bench.Time.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(RunStatus.Completed, (await following).Status);
    }

    [Fact]
    public async Task A_run_that_left_the_memory_can_be_cancelled()
    {
        await using var bench = new RuntimeBench();
        var run = (await SubmitAsync(bench, Signal)).RunId;
        await UnloadAsync(bench);

        await bench.Runtime.CancelAsync(run, "me", null, CancellationToken.None);

        Assert.Equal(RunStatus.Cancelled, (await bench.WaitAsync(run)).Status);
    }

    [Fact]
    public async Task What_another_process_leaves_for_it_reaches_a_run_that_left_the_memory()
    {
        await using var bench = new RuntimeBench();
        var owner = bench.Open();
        var store = bench.Store;
        var run = (await SubmitAsync(bench, Signal)).RunId;
        await UnloadAsync(bench);

        Assert.Equal(OutcomeStatus.Success,
            (await bench.Open()
                .SignalAsync(run, SignalName.Parse("go"), null, "me", null, CancellationToken.None)).Status);
        Assert.Equal(0, owner.RunsInMemory);
        bench.Time.Advance(TimeSpan.FromMilliseconds(200)); // The owner looks into its inbox.

        Assert.Equal(RunStatus.Completed, (await store.WhenAsync<RunEvent.RunEnded>()).Status);
    }

    [Fact]
    public async Task Resuming_everything_reads_only_what_has_something_to_do()
    {
        await using var bench = new RuntimeBench();
        var waits = (await SubmitAsync(bench, Signal, "waits")).RunId;
        var signalled = (await SubmitAsync(bench, Signal, "signalled")).RunId;
        var due = (await SubmitAsync(bench, Hour, "due")).RunId;
        await bench.Store.WhenAsync<RunEvent.WaitStarted>(wait => wait.ForMs is not null);
        await bench.CloseAsync(bench.Runtime);
        bench.Open();
        await bench.Runtime.SignalAsync(signalled, SignalName.Parse("go"), null, "me", null, CancellationToken.None);
        bench.Time.Advance(TimeSpan.FromHours(2));

        var resumed = await bench.Runtime.ResumeAsync(null, CancellationToken.None);

        Assert.Equal([(signalled, RunStatus.Completed), (due, RunStatus.Completed)],
            resumed.Select(answer => (answer.Value!.RunId, answer.Value.Status)));
        Assert.Equal([waits], bench.Runtime.OpenRuns);
        Assert.DoesNotContain(await bench.JournalAsync(waits), e => e is RunEvent.RunRecovered);
        await bench.Runtime.SignalAsync(waits, SignalName.Parse("go"), null, "me", null, CancellationToken.None);
        Assert.Equal(RunStatus.Completed, (await bench.WaitAsync(waits)).Status);
        await bench.VerifyAsync(waits);
    }

    [Fact]
    public async Task A_closed_runtime_gives_up_what_waits()
    {
        await using var bench = new RuntimeBench();
        var run = (await SubmitAsync(bench, Signal)).RunId;
        await UnloadAsync(bench);

        await bench.CloseAsync(bench.Runtime);

        Assert.Null((await bench.Store.FindRunAsync(run, CancellationToken.None))!.Owner);
    }

    [Fact]
    public async Task Two_thousand_waiting_runs_leave_no_loop_behind()
    {
        await using var bench = new RuntimeBench();
        var loops = await SubmitManyAsync(bench, 2_000);

        await UnloadAsync(bench);
        // What the last awaits hold is let go of by the time that they have ended.
        for (var i = 0; i < 20 && loops.Any(loop => loop.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.InRange(loops.Count(loop => loop.IsAlive), 0, 2);
        Assert.Equal(2_000, bench.Runtime.OpenRuns.Count());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<List<WeakReference>> SubmitManyAsync(RuntimeBench bench, int count)
    {
        var loops = new List<WeakReference>();
        for (var i = 0; i < count; i++)
        {
            var report = await bench.SubmitAsync(bench.Plan(Signal));
            loops.Add(new WeakReference(bench.Runtime.Host.Find(report.RunId)));
        }
        Assert.All(loops, loop => Assert.True(loop.IsAlive));
        return loops;
    }

    [Fact]
    public async Task A_wall_clock_that_jumps_wakes_nobody_until_it_has_gone_on_evenly()
    {
        await using var bench = new RuntimeBench();
        var run = (await SubmitAsync(bench, Hour)).RunId;
        await UnloadAsync(bench);

        bench.Time.Jump(TimeSpan.FromHours(3));
        for (var i = 0; i < 20; i++)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }
        Assert.DoesNotContain(await bench.JournalAsync(run), e => e is RunEvent.TimeReached);

        bench.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(RunStatus.Completed, (await bench.Store.WhenAsync<RunEvent.RunEnded>()).Status);
    }
}
