using System.Globalization;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>The command line, killed by the system (SIGKILL) at calls to the disk that a seed draws, and at moments of
/// its calls to the world; with a remote that counts what arrives. More rounds with <c>AOS_KILL_ROUNDS</c>.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private const ulong Seed = 20260724;
    private const int Killed = 137;

    private static readonly string[] Steps = ["first", "read", "put", "last"];

    private static readonly int Rounds = Environment.GetEnvironmentVariable("AOS_KILL_ROUNDS") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture) : 12;

    private readonly Dice _dice = new(Seed);
    private CountingServer _server = null!;

    private static ParallelOptions AtOnce => new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    public async ValueTask InitializeAsync() => _server = await CountingServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_run_killed_at_any_call_to_the_disk_is_brought_to_its_end_and_no_call_is_repeated_that_must_not_be()
    {
        int calls;
        using (var bench = new Bench())
        {
            var record = Path.Combine(bench.Folder, "record");
            Watch(bench, record, killAt: 0);
            (await bench.RunPlanAsync(PlanOf("counted"))).Exits(0);
            calls = DiskRecord.Read(record).Count;
        }

        var points = Points(calls, Rounds);
        await Parallel.ForEachAsync(points, AtOnce, async (point, _) =>
        {
            using var bench = new Bench();
            Watch(bench, record: null, point);
            var run = await bench.RunPlanAsync(PlanOf($"disk{point}"));
            Unwatch(bench);
            // The order of calls differs a little from run to run, so that the last may not be reached.
            if (run.ExitCode != 0) Assert.Equal(Killed, run.ExitCode);
            await RequireSettledAsync(bench, $"disk{point}");
        });
    }

    [Fact]
    public async Task A_run_killed_as_its_calls_reach_the_world_is_brought_to_its_end_and_no_call_is_repeated_that_must_not_be()
    {
        var moments = Enumerable.Range(0, Math.Max(4, Rounds / 2))
            .Select(round => (Round: round, Step: Steps[round % Steps.Length], IsAnswered: _dice.Chance(500))).ToList();
        await Parallel.ForEachAsync(moments, AtOnce, async (moment, cancel) =>
        {
            using var bench = new Bench();
            var plan = PlanOf($"world{moment.Round}");
            var path = $"/world{moment.Round}/{moment.Step}";
            var never = new TaskCompletionSource().Task;
            if (!moment.IsAnswered) _server.Hold(path, never);
            var process = bench.StartPlan(plan);
            await process.CausesAsync(_server.ArrivedAsync(path));
            process.Crash();
            await process.EndAsync();
            await RequireSettledAsync(bench, $"world{moment.Round}");
        });
    }

    [Theory]
    [InlineData("restore", "backup.db", "--force")]
    [InlineData("backup", "backup.db", "--force")]
    [InlineData("prune", "--older-than", "0s")]
    public async Task A_store_is_sound_whenever_its_upkeep_is_killed(params string[] command)
    {
        using var template = new Bench();
        (await template.RunPlanAsync(Sum)).Exits(0);
        (await template.AosAsync("backup", Path.Combine(template.Folder, "backup.db"))).Exits(0);
        (await template.RunPlanAsync(Sum)).Exits(0);
        var record = Path.Combine(template.Folder, "record");
        using (var counted = CopyOf(template))
        {
            Watch(counted, record, killAt: 0);
            (await counted.AosAsync(Of(command, counted))).Exits(0);
        }

        await Parallel.ForEachAsync(Points(DiskRecord.Read(record).Count, Rounds / 3), AtOnce, async (point, _) =>
        {
            using var bench = CopyOf(template);
            Watch(bench, record: null, point);
            Assert.Contains((await bench.AosAsync(Of(command, bench))).ExitCode, (int[])[0, Killed]);
            Unwatch(bench);

            var runs = (await bench.AosAsync("runs", "--json")).Exits(0).Json.GetArrayLength();
            Assert.Contains(runs, command[0] switch { "restore" => (int[])[1, 2], "prune" => [0, 1, 2], _ => [2] });
            Assert.True((await bench.AosAsync("doctor", "--json")).Exits(0).Json.At("healthy").GetBoolean());
            (await bench.AosAsync("restore", Path.Combine(bench.Folder, "backup.db"), "--force", "--json")).Exits(0);
        });
    }

    private const string Sum = """
        { "steps": [ { "id": "add", "skill": "json_transform@1", "input": { "data": [4711, 1], "expression": "sum(@)" } } ] }
        """;

    private static string[] Of(string[] command, Bench bench) =>
        [.. command.Select(word => word == "backup.db" ? Path.Combine(bench.Folder, word) : word), "--json"];

    private static Bench CopyOf(Bench template)
    {
        var bench = new Bench();
        Folders.Copy(template.Data, Directory.CreateDirectory(bench.Data).FullName);
        File.Copy(Path.Combine(template.Folder, "backup.db"), Path.Combine(bench.Folder, "backup.db"));
        return bench;
    }

    private static void Watch(Bench bench, string? record, int killAt)
    {
        foreach (var (name, value) in DiskShim.Watch(bench.Folder, record, killAt)) bench.Set(name, value);
    }

    private static void Unwatch(Bench bench) => bench.Set("LD_PRELOAD", null);

    // One in each stretch of equal length.
    private List<int> Points(int calls, int count) =>
        [.. Enumerable.Range(0, count).Select(i => 1 + calls * i / count + _dice.Below(Math.Max(1, calls / count)))];

    private string PlanOf(string name)
    {
        foreach (var step in Steps) _server.On($"/{name}/{step}", _ => new Reply(200));
        string Call(string step, string method, string? after) => $$"""
            { "id": "{{step}}", "skill": "http_call@1", "input": { "url": "{{_server.Url($"/{name}/{step}")}}", "method": "{{method}}" },
              "depends_on": [{{(after is null ? "" : $"\"{after}\"")}}] }
            """;
        return $$"""{ "steps": [ {{Call("first", "POST", null)}}, {{Call("read", "GET", "first")}}, {{Call("put", "PUT", "read")}}, {{Call("last", "POST", "put")}} ] }""";
    }

    // As a person would: resume, and say of each call whose outcome is unknown whether it arrived.
    private async Task RequireSettledAsync(Bench bench, string name)
    {
        await bench.AosAsync("resume", "--json");
        var isSettled = false;
        while ((await bench.AosAsync("runs", "--json")).Exits(0).Json is { } rows && rows.GetArrayLength() > 0
            && rows.Text("0/status") is var status)
        {
            if (status is "completed" or "failed")
            {
                Assert.True(status == "completed" || isSettled, $"{name} failed: {rows}");
                break;
            }
            Assert.Equal(("waiting", "unknown_outcome"), (status, rows.Text("0/waiting_for")));
            var run = rows.Text("0/run_id");
            var waiting = (await bench.AosAsync("resume", run, "--json")).Exits(3).Json;
            var step =
                waiting.At("steps").EnumerateArray().Single(step => step.Text("status") == "waiting").Text("step_id");
            isSettled = true;
            await bench.AosAsync(
                "settle", run, step, "--happened", _server.Count($"/{name}/{step}") > 0 ? "yes" : "no", "--json");
            await bench.AosAsync("resume", run, "--json");
        }
        foreach (var step in (string[])["first", "last"])
            Assert.True(
                _server.Count($"/{name}/{step}") <= 1,
                $"{name}: '{step}' arrived {_server.Count($"/{name}/{step}")} times");
        var puts = _server.Arrivals.Where(arrival => arrival.Path == $"/{name}/put")
            .Select(arrival => (arrival.IdempotencyKey, arrival.Body)).ToHashSet();
        Assert.True(puts.Count <= 1, $"{name}: 'put' arrived in {puts.Count} ways");
        Assert.True((await bench.AosAsync("doctor", "--json")).Exits(0).Json.At("healthy").GetBoolean());
    }
}
