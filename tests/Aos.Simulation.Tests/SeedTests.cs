using System.Diagnostics;
using System.Globalization;

namespace Aos.Simulation.Tests;

public sealed class SeedTests
{
    private const int SeedsByDefault = 10_000;

    private static ulong Setting(string name, ulong otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    [Fact]
    public void Every_promise_is_kept_under_faults_and_every_run_ends_once_they_stop()
    {
        var failed = Simulated.FindFailure(Setting("AOS_FIRST_SEED", 1), Setting("AOS_SEEDS", SeedsByDefault));
        if (failed is { } seed) Assert.Fail(Simulated.Explain(seed, "", true));
    }

    [Fact]
    public void A_seed_gives_the_same_history_each_time()
    {
        for (var seed = 1UL; seed <= 100; seed++)
            Assert.Equal(Simulated.History(seed, ""), Simulated.History(seed, ""));
    }

    [Fact]
    public void Seeds_give_different_histories() => Assert.NotEqual(Simulated.History(1, ""), Simulated.History(2, ""));

    [Theory]
    [InlineData(9)]
    [InlineData(53)]
    [InlineData(620)]
    public async Task A_seed_gives_the_same_history_in_another_process(int seed)
    {
        var start =
            new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("--seed");
        start.ArgumentList.Add(seed.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var history = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.Equal(Simulated.History((ulong)seed, ""), history);
    }

    [Fact]
    public void Runs_whose_worlds_answer_alike_have_equal_behaviour_digests_in_whatever_order_things_happen()
    {
        for (var seed = 1UL; seed <= 200; seed++)
        {
            var behaviour = Simulated.Behaviour(seed, 1);
            Assert.StartsWith("run_", behaviour, StringComparison.Ordinal);
            Assert.Equal(behaviour, Simulated.Behaviour(seed, 2));
        }
    }
}
