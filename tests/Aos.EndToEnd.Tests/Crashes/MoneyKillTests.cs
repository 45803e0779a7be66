using System.Globalization;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>Two processes at a time spend the same money, and are killed by the system (SIGKILL) while they hold it.
/// The other side counts what was asked of it. More rounds with <c>AOS_KILL_ROUNDS</c>.</summary>
public sealed class MoneyKillTests : IAsyncLifetime
{
    private const ulong Seed = 20261123;
    private const int Killed = 137;
    private const int NoMoney = 5;

    private const decimal PerDay = 30;

    private static readonly int Rounds = PaidWorld.RoundsOr(2);

    private readonly Dice _dice = new(Seed);
    private readonly Bench _bench = new();
    private PaidWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await PaidWorld.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_is_killed_with_money_in_hand_nothing_is_overspent_and_nothing_stays_held()
    {
        (await _bench.AosAsync("budget", "--per-day", PerDay.ToString(CultureInfo.InvariantCulture), "--json")).Exits(
            0);
        var plan = _bench.Write("ask.json", PaidWorld.Plan);
        var calls = await CountAsync(plan);
        var exits = new List<int>();
        for (var round = 1; round <= Rounds; round++)
        {
            // One is killed at any call to the disk, the other as the answer to its second question is on its way.
            var disk = Buy(plan, $"disk{round}", killAt: 1 + _dice.Below(calls));
            var world = Buy(plan, $"world{round}", killAt: 0, silentAt: 2);
            await Task.WhenAny(world.CausesAsync(_world.AskedAsync($"world{round}", 2)), world.EndAsync());
            world.Crash();
            exits.Add((await world.EndAsync()).ExitCode);
            exits.Add((await disk.EndAsync()).ExitCode);
            // In every state that a process leaves: what is spent and what is held fit into the day together.
            var (held, spent) = await TodayAsync();
            Assert.True(held + spent <= PerDay, $"{spent} spent and {held} held of {PerDay}");
            Assert.Equal(PaidWorld.PerRun * (await OpenRunsAsync()).Count, held);
            if (round == 1) Assert.True(held >= PaidWorld.PerRun, "Nobody was killed with money in hand.");
        }

        await EndAllAsync();

        Assert.All(exits, code => Assert.Contains(code, (int[])[0, NoMoney, Killed]));
        var (left, paid) = await TodayAsync();
        var runs = (await _bench.AosAsync("runs", "--json")).Exits(0).Json.EnumerateArray().ToList();
        Assert.Equal(0, left);
        Assert.Equal(runs.Sum(run => run.At("cost_cents").GetDecimal()), paid);
        // A cent for each question that arrived, and more where the answer got lost.
        Assert.InRange(_world.Server.Arrivals.Count, 1, paid);
        Assert.True(paid <= PerDay, $"{paid} of {PerDay}");
        Assert.True((await _bench.AosAsync("doctor", "--json")).Exits(0).Json.At("healthy").GetBoolean());
    }

    // The calls to the disk of a process that nobody kills, over a store that is there.
    private async Task<int> CountAsync(string plan)
    {
        var record = Path.Combine(_bench.Folder, "record");
        (await Buy(plan, "first", killAt: null).EndAsync()).Exits(0);
        foreach (var (name, value) in DiskShim.Watch(_bench.Folder, record)) _bench.Set(name, value);
        var run = (await Buy(plan, "counted", killAt: null).EndAsync()).Exits(0).Json;
        _bench.Set("LD_PRELOAD", null);
        Assert.Equal(PaidWorld.Costs, run.At("cost_cents").GetDecimal());
        return DiskRecord.Read(record).Count;
    }

    private Infrastructure.Cli Buy(string plan, string buyer, int? killAt, int silentAt = 0)
    {
        if (killAt is { } at)
            foreach (var (name, value) in DiskShim.Watch(_bench.Folder, record: null, at)) _bench.Set(name, value);
        var process = _bench.Start(
            "run", "--plan", plan, "--agent", _bench.Write($"{buyer}.json", _world.Profile(buyer, silentAt)), "--json");
        if (killAt is not null) _bench.Set("LD_PRELOAD", null);
        return process;
    }

    // Every third run that is open is cancelled; the others go on, and may themselves have to be gone on with.
    private async Task EndAllAsync()
    {
        var open = await OpenRunsAsync();
        foreach (var run in open.Where((_, i) => i % 3 == 0)) await _bench.AosAsync("cancel", run, "--json");
        for (var i = 0; i < 3 && (await OpenRunsAsync()).Count > 0; i++) await _bench.AosAsync("resume", "--json");
        Assert.Empty(await OpenRunsAsync());
    }

    private async Task<List<string>> OpenRunsAsync() =>
        [.. (await _bench.AosAsync("runs", "--json")).Exits(0).Json.EnumerateArray()
        .Where(run => run.Text("status") is not ("completed" or "failed" or "cancelled"))
        .Select(run => run.Text("run_id"))];

    private async Task<(decimal Held, decimal Spent)> TodayAsync()
    {
        var today = (await _bench.AosAsync("budget", "--json")).Exits(0).Json.At("accounts/0");
        Assert.Equal(
            ("tenant", "day", PerDay),
            (today.Text("scope"), today.Text("period"), today.At("limit_cents").GetDecimal()));
        return (today.At("held_cents").GetDecimal(), today.At("spent_cents").GetDecimal());
    }
}
