using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>A store that is damaged, too new, changed by hand, or has no room: said clearly, and nothing is
/// lost.</summary>
public sealed class StoreTests : EndToEndTest
{
    private const string Sum = """
        { "steps": [ { "id": "add", "skill": "json_transform@1", "input": { "data": [4711, 1], "expression": "sum(@)" } } ],
          "output": "steps.add.result.value" }
        """;

    [Fact]
    public async Task A_damaged_database_is_said_and_left_as_it_is()
    {
        (await Bench.RunPlanAsync(Sum)).Exits(0);
        Sql("PRAGMA wal_checkpoint(TRUNCATE)");
        var damaged = await File.ReadAllBytesAsync(Bench.Database, TestContext.Current.CancellationToken);
        damaged.AsSpan(0, 4096).Fill(0x5A);
        await File.WriteAllBytesAsync(Bench.Database, damaged, TestContext.Current.CancellationToken);

        var result = (await Bench.AosAsync("runs", "--json")).Exits(1);
        Assert.Equal("STORAGE_CORRUPT", result.Json.Text("code"));
        Assert.Contains(Bench.Data, result.Json.Text("message"), StringComparison.Ordinal);
        Assert.False((await Bench.AosAsync("doctor", "--json")).Exits(1).Json.At("healthy").GetBoolean());
        Assert.Equal(damaged, await File.ReadAllBytesAsync(Bench.Database, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        (await Bench.RunPlanAsync(Sum)).Exits(0);
        Sql("PRAGMA user_version = 999");

        var result = (await Bench.RunPlanAsync(Sum)).Exits(1);
        Assert.Equal("STORAGE_TOO_NEW", result.Json.Text("code"));
    }

    [Fact]
    public async Task A_data_folder_that_is_no_folder_is_said()
    {
        var file = Bench.Write("file", "not a folder");
        var result = (await Bench.AosAsync("runs", "--data", file)).Exits(1);

        Assert.Contains("[STORAGE_UNAVAILABLE]", result.Error, StringComparison.Ordinal);
        Assert.Contains("is a file, and a store is kept in a directory", result.Error, StringComparison.Ordinal);
        Assert.Contains(file, result.Error, StringComparison.Ordinal);
        Assert.Equal("not a folder", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_disk_without_room_refuses_the_run_and_loses_none()
    {
        var kept = (await Bench.RunPlanAsync(Sum)).Exits(0).Json.Text("run_id");
        var plan = Bench.Write("plan.json", Sum);
        // No file may grow beyond 40 KiB: the write-ahead log cannot. The runtime's own mapped memory must not count.
        Bench.Set("DOTNET_EnableWriteXorExecute", "0");
        var input = Bench.Write("large.json", $$"""{"filler":"{{new string('x', 200_000)}}"}""");
        var result = await Bench.StartInShell("trap '' XFSZ; ulimit -f 40",
            "run", "--plan", plan, "--json", "--input", $"@{input}").EndAsync();

        result.Exits(1);
        Assert.Contains(result.Json.Text("code"), (string[])["STORAGE_FULL", "STORAGE_UNAVAILABLE"]);
        Assert.True((await Bench.AosAsync("doctor", "--json")).Exits(0).Json.At("healthy").GetBoolean());
        var runs = (await Bench.AosAsync("runs", "--json")).Exits(0).Json;
        Assert.Contains(kept, runs.EnumerateArray().Select(run => run.Text("run_id")));
        (await Bench.RunPlanAsync(Sum)).Exits(0);
    }

    [Fact]
    public async Task Looking_makes_no_store()
    {
        var plan = Bench.Write("plan.json", Sum);
        foreach (var check in (string[][])[
            ["validate", "--plan", plan], ["simulate", "--plan", plan], ["describe-skill", "http_call"]])
            (await Bench.AosAsync([.. check, "--json"])).Exits(0);
        Assert.Equal("[]", (await Bench.AosAsync("runs", "--json")).Exits(0).Out.Trim());
        Assert.Equal("[]", (await Bench.AosAsync("approvals", "--json")).Exits(0).Out.Trim());
        Assert.Equal("[]", (await Bench.AosAsync("resume", "--json")).Exits(0).Out.Trim());
        foreach (var look in (string[][])[["trace"], ["query"], ["replay"], ["cancel"], ["resume"]])
        {
            var refused = (await Bench.AosAsync([.. look, "run_0123456789", "--json"])).Exits(2).Json;
            Assert.Equal("UNKNOWN_RUN", refused.Text("code"));
            Assert.Contains("there is no store", refused.Text("message"), StringComparison.Ordinal);
        }
        Assert.Equal(
            "UNKNOWN_APPROVAL",
            (await Bench.AosAsync("approve", "apr_0123456789abcdef", "--json")).Exits(2).Json.Text("code"));
        var doctor = (await Bench.AosAsync("doctor", "--json")).Exits(0).Json;
        Assert.Contains("no store yet", doctor.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Bench.Data));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Doctor_writes_to_the_disk_and_finds_that_it_cannot(bool hasStore)
    {
        if (hasStore) (await Bench.RunPlanAsync(Sum)).Exits(0);
        Bench.Set("DOTNET_EnableWriteXorExecute", "0");
        var doctor =
            (await Bench.StartInShell("trap '' XFSZ; ulimit -f 512", "doctor", "--json").EndAsync()).Exits(1).Json;

        Assert.False(doctor.At("healthy").GetBoolean());
        Assert.Equal(
            "wrong",
            doctor.At("checks").EnumerateArray().Single(check => check.Text("check") == "writing").Text("level"));
        Assert.Empty(Directory.EnumerateFiles(Bench.Folder, ".aos-doctor*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_entry_of_the_audit_log_that_was_changed_by_hand_is_found_by_doctor_and_by_the_next_backup()
    {
        foreach (var name in (string[])["one", "two"])
            (await Bench.AosAsync("keys", "create", "--role", "viewer", "--name", name)).Exits(0);
        (await Bench.AosAsync("doctor")).Exits(0);

        Assert.Equal(
            1, Sql("UPDATE audit SET entry = CAST(replace(CAST(entry AS TEXT), 'create_key', 'revoke_key') AS BLOB) WHERE entry_no = 1"));

        Assert.Contains(
            "audit log breaks at entry 1", (await Bench.AosAsync("doctor", "--json")).Exits(1).Json.ToString(),
            StringComparison.Ordinal);
        Assert.Contains(
            "audit log breaks at entry 1",
            (await Bench.AosAsync("backup", Path.Combine(Bench.Folder, "copy.aos"))).Exits(1).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_was_changed_by_hand_is_found_by_doctor_and_by_replay()
    {
        // An open run: the journal of one that has ended is compressed.
        var run = (await Bench.RunPlanAsync("""
            { "steps": [ { "id": "add", "skill": "json_transform@1", "input": { "data": [4711, 1], "expression": "sum(@)" } },
                         { "id": "ask", "skill": "json_transform@1", "depends_on": ["add"], "approval": {},
                           "input": { "data": 1, "expression": "@" } } ] }
            """)).Exits(3).Json.Text("run_id");
        Assert.True((await Bench.AosAsync("doctor", "--json")).Exits(0).Json.At("healthy").GetBoolean());
        var changed = Sql("UPDATE segments SET events = CAST(replace(CAST(events AS TEXT), '4712', '9999') AS BLOB)");
        Assert.NotEqual(0, changed);

        var doctor = (await Bench.AosAsync("doctor", "--json")).Exits(1);
        Assert.Contains(run, doctor.Out, StringComparison.Ordinal);
        Assert.Contains("hash chain", doctor.Out, StringComparison.Ordinal);
        (await Bench.AosAsync("replay", run, "--json")).Exits(1);
    }

    [Theory]
    [InlineData("hash = zeroblob(32)")]
    [InlineData("events = substr(events, 1, length(events) - 1)")]
    public async Task A_finished_run_that_was_changed_by_hand_is_found_by_doctor_and_by_replay(string change)
    {
        var run = (await Bench.RunPlanAsync(Sum)).Exits(0).Json.Text("run_id");
        Assert.NotEqual(0, Sql($"UPDATE segments SET {change}"));

        Assert.Contains(run, (await Bench.AosAsync("doctor", "--json")).Exits(1).Out, StringComparison.Ordinal);
        (await Bench.AosAsync("replay", run, "--json")).Exits(1);
    }

    [Theory]
    [InlineData("DELETE FROM segments", "has a row but no journal")]
    [InlineData("DELETE FROM segments WHERE segment_no = (SELECT max(segment_no) FROM segments)", "ends with event")]
    [InlineData("UPDATE runs SET head = zeroblob(32)", "ends with another hash")]
    public async Task A_run_whose_journal_is_missing_or_cut_off_is_quarantined_where_everybody_sees_it(
        string edit, string why)
    {
        var run = (await Bench.RunPlanAsync("""
            { "steps": [ { "id": "add", "skill": "json_transform@1", "input": { "data": [4711, 1], "expression": "sum(@)" } },
                         { "id": "ask", "skill": "json_transform@1", "depends_on": ["add"], "approval": {},
                           "input": { "data": 1, "expression": "@" } } ] }
            """)).Exits(3).Json.Text("run_id");
        Assert.NotEqual(0, Sql(edit));

        Assert.Contains(
            why, (await Bench.AosAsync("resume", run, "--json")).Exits(1).Json.Text("message"),
            StringComparison.Ordinal);
        var row = (await Bench.AosAsync("runs", "--status", "quarantined", "--json")).Exits(0).Json;
        Assert.Equal(run, row.Text("0/run_id"));
        Assert.Contains(why, row.Text("0/reason"), StringComparison.Ordinal);
        (await Bench.RunPlanAsync(Sum)).Exits(0);
    }

    [Theory]
    [InlineData("aos.db")]
    [InlineData("aos.db-wal")]
    [InlineData("AOS.DB-shm")]
    [InlineData("link")]
    [InlineData("linked/aos.db")]
    public async Task Nothing_is_ever_written_over_the_store(string name)
    {
        var run = (await Bench.RunPlanAsync(Sum)).Exits(0).Json.Text("run_id");
        File.CreateSymbolicLink(Path.Combine(Bench.Data, "link"), Bench.Database);
        Directory.CreateSymbolicLink(Path.Combine(Bench.Data, "linked"), Bench.Data);
        var target = Path.Combine(Bench.Data, name);
        foreach (var command in (string[][])[["backup", target], ["export", run, "-o", target]])
            Assert.Contains(
                "is part of a store", (await Bench.AosAsync([.. command, "--force"])).Exits(2).Error,
                StringComparison.Ordinal);

        Assert.True((await Bench.AosAsync("doctor", "--json")).Exits(0).Json.At("healthy").GetBoolean());
    }

    [Theory]
    [InlineData(
        "UPDATE runs SET status = 'completed', ended_at = 1, waiting_for = NULL WHERE status = 'waiting'",
        "its journal that it has not")]
    [InlineData(
        "UPDATE runs SET status = 'running', ended_at = NULL WHERE status = 'completed'", "its row that it has not")]
    [InlineData(
        "UPDATE skills SET contract = CAST(replace(CAST(contract AS TEXT), 'JMESPath', 'JMESQath') AS BLOB)",
        "another digest")]
    public async Task What_was_changed_beside_the_journals_is_found_by_doctor(string edit, string finding)
    {
        (await Bench.RunPlanAsync(Sum)).Exits(0);
        (await Bench.RunPlanAsync("""{ "steps": [ { "id": "w", "wait": { "signal": "go" } } ] }""")).Exits(3);
        Assert.NotEqual(0, Sql(edit));

        Assert.Contains(finding, (await Bench.AosAsync("doctor", "--json")).Exits(1).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_skill_is_damaged_in_the_store_is_not_exported()
    {
        var run = (await Bench.RunPlanAsync(Sum)).Exits(0).Json.Text("run_id");
        Assert.NotEqual(
            0, Sql("UPDATE skills SET contract = CAST(replace(CAST(contract AS TEXT), 'JMESPath', 'JMESQath') AS BLOB)"));

        var refused =
            (await Bench.AosAsync("export", run, "-o", Path.Combine(Bench.Folder, "x.aosrun"), "--json")).Exits(1).Json;
        Assert.Equal("STORAGE_CORRUPT", refused.Text("code"));
        Assert.Contains("json_transform@1.1.0", refused.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_to_a_run_that_is_held_is_kept_and_says_so()
    {
        var run = (await Bench.RunPlanAsync("""{ "steps": [ { "id": "w", "wait": { "signal": "go" } } ] }""")).Exits(
            3).Json.Text("run_id");
        Sql("UPDATE runs SET status = 'quarantined', waiting_for = NULL, code = 'RUN_HELD', reason = 'restored', owner = NULL");

        Assert.Contains(
            "kept until the run is released", (await Bench.AosAsync("signal", run, "go")).Exits(0).Out,
            StringComparison.Ordinal);
        Assert.Equal("completed", (await Bench.AosAsync("release", run, "--json")).Exits(0).Json.Text("status"));
    }

    [Fact]
    public async Task A_store_can_be_read_by_its_owner_only()
    {
        (await Bench.RunPlanAsync(Sum)).Exits(0);
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (var path in (string[])[Bench.Database, Path.Combine(Path.GetDirectoryName(Bench.Database)!, "owners")])
            Assert.True(
                OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Others) == UnixFileMode.None, path);
    }

    [Fact]
    public async Task Replay_of_an_untouched_run_is_identical()
    {
        var run = (await Bench.RunPlanAsync(Sum)).Exits(0);
        var replay =
            (await Bench.AosAsync("replay", run.Json.Text("run_id"), "--mode", "verify", "--json")).Exits(0).Json;

        Assert.True(replay.At("parity").GetBoolean());
        Assert.True(replay.At("events_compared").GetInt32() > 3);
        Assert.Equal(run.Json.Text("behaviour_digest"), replay.Text("behaviour_digest"));
    }

    private int Sql(string sql) => RawDatabase.Execute(Bench.Database, sql);
}
