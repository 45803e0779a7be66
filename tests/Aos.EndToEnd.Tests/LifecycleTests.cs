using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>What becomes of runs and of their store: quarantine, backup, restore, export, prune.</summary>
public sealed class LifecycleTests : EndToEndTest
{
    private const string Sum = """
        { "steps": [ { "id": "add", "skill": "json_transform@1", "input": { "data": [1, 2], "expression": "sum(@)" } } ],
          "output": "steps.add.result.value" }
        """;

    private string InFolder(string name) => Path.Combine(Bench.Folder, name);

    [Fact]
    public async Task A_run_that_three_processes_died_over_is_left_alone_until_it_is_released()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/slow", gate.Task, requests: 3);
        var process = Bench.StartPlan(Plan(Call("wait", "/slow")));
        for (var crash = 1; crash <= 3; crash++)
        {
            await process.CausesAsync(Server.ArrivedAsync("/slow", crash));
            process.Crash();
            await process.EndAsync();
            if (crash < 3) process = Bench.Start("resume");
        }

        var refused = await Bench.AosAsync("resume");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("RUN_QUARANTINED", refused.Error, StringComparison.Ordinal);
        var row = (await Bench.AosAsync("runs", "--status", "quarantined", "--json")).Exits(0).Json;
        Assert.Equal("RUN_QUARANTINED", row.Text("0/code"));
        Assert.Contains("3 processes", row.Text("0/reason"), StringComparison.Ordinal);
        Assert.Contains("left alone", (await Bench.AosAsync("resume")).Exits(0).Error, StringComparison.Ordinal);
        Assert.Equal(3, Server.Count("/slow"));

        var released = (await Bench.AosAsync("release", row.Text("0/run_id"), "--json")).Exits(0).Json;
        Assert.Equal("completed", released.Text("status"));
        Assert.Equal(4, Server.Count("/slow"));
        (await Bench.AosAsync("replay", row.Text("0/run_id"))).Exits(0);
    }

    [Fact]
    public async Task A_restored_store_holds_its_open_runs_and_says_what_to_look_at()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/send", gate.Task, requests: 1);
        var sending = Bench.StartPlan(Plan(Call("send", "/send", "POST")));
        await sending.CausesAsync(Server.ArrivedAsync("/send"));
        (await Bench.RunPlanAsync(Plan(Call("ask", "/asked", "GET", "\"approval\": {}")))).Exits(3);
        var backup = (await Bench.AosAsync("backup", InFolder("backup.db"), "--json")).Exits(0).Json;
        Assert.Equal(("2", "2"), (backup.Text("runs"), backup.Text("open_runs")));
        gate.SetResult();
        (await sending.EndAsync()).Exits(0);

        var other = InFolder("other");
        var restored =
            (await Bench.AosAsync("restore", InFolder("backup.db"), "--data", other, "--json")).Exits(0).Json;
        Assert.Equal(("2", "1"), (restored.Text("held_runs"), restored.Text("void_approvals")));
        Assert.Equal(["once_in_flight", "approval_void"],
            restored.At("review").EnumerateArray().Select(run => run.Text("calls/0/because")));
        Assert.Contains(
            "2 runs left alone", (await Bench.AosAsync("resume", "--data", other)).Exits(0).Error,
            StringComparison.Ordinal);

        var run = restored.Text("review/0/run_id");
        var released = (await Bench.AosAsync("release", run, "--data", other, "--json")).Exits(3).Json;
        Assert.Equal("unknown_outcome", released.Text("waiting_for"));
        Assert.Equal(1, Server.Count("/send"));
        (await Bench.AosAsync("restore", InFolder("backup.db"), "--data", other)).Exits(2);
    }

    [Fact]
    public async Task An_exported_run_is_verified_elsewhere_and_a_changed_file_is_not()
    {
        var run = (await Bench.RunPlanAsync(Sum)).Exits(0).Json;
        var file = InFolder("run.aosrun");
        (await Bench.AosAsync("export", run.Text("run_id"), "--output", file)).Exits(0);
        Bench.Set("AOS_HOME", InFolder("nothing"));

        var report = (await Bench.AosAsync("replay", file, "--mode", "verify", "--json")).Exits(0).Json;
        Assert.Equal(run.Text("behaviour_digest"), report.Text("behaviour_digest"));
        Assert.False(Directory.Exists(InFolder("nothing")));

        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        Assert.Equal("HISTORY_TAMPERED", (await Bench.AosAsync("replay", file, "--json")).Exits(1).Json.Text("code"));
    }

    [Fact]
    public async Task Old_runs_are_pruned_and_open_ones_stay()
    {
        (await Bench.RunPlanAsync(Sum)).Exits(0);
        var open = (await Bench.RunPlanAsync(Plan(Call("ask", "/asked", "GET", "\"approval\": {}")))).Exits(
            3).Json.Text("run_id");

        Assert.Equal("0", (await Bench.AosAsync("prune", "--older-than", "1h", "--json")).Exits(0).Json.Text("runs"));
        Assert.Equal(
            "1", (await Bench.AosAsync("prune", "--older-than", "0s", "--dry-run", "--json")).Exits(
                0).Json.Text("runs"));
        Assert.Equal(
            "0", (await Bench.AosAsync("prune", "--older-than", "0s", "--status", "failed", "--json")).Exits(
                0).Json.Text("runs"));
        Assert.Equal(
            "1", (await Bench.AosAsync("prune", "--older-than", "0s", "--shrink", "--json")).Exits(
                0).Json.Text("runs"));

        Assert.Equal(
            [open],
            (await Bench.AosAsync("runs", "--json")).Exits(0).Json.EnumerateArray().Select(run => run.Text("run_id")));
        (await Bench.AosAsync("doctor")).Exits(0);
        (await Bench.AosAsync("prune", "--older-than", "soon")).Exits(2);
        (await Bench.AosAsync("prune", "--older-than", "1d", "--status", "running")).Exits(2);
    }

    [Fact]
    public async Task A_disk_without_room_leaves_no_half_of_a_backup_or_export()
    {
        var run = (await Bench.RunPlanAsync(Sum)).Exits(0).Json.Text("run_id");
        Bench.Set("DOTNET_EnableWriteXorExecute", "0");
        var before = Directory.GetFileSystemEntries(Bench.Folder).Order(StringComparer.Ordinal);
        foreach (var arguments in
                new[] { new[] { "backup", InFolder("b.db"), "--json" },
                    ["export", run, "-o", InFolder("e.aosrun"), "--json"] })
        {
            var result = (await Bench.StartInShell("trap '' XFSZ; ulimit -f 8", arguments).EndAsync()).Exits(1);
            Assert.Contains(result.Json.Text("code"), (string[])["STORAGE_FULL", "STORAGE_UNAVAILABLE"]);
            Assert.Equal(before, Directory.GetFileSystemEntries(Bench.Folder).Order(StringComparer.Ordinal));
        }
    }
}
