using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>What commands print: one JSON shape each, data apart from diagnostics, help that helps.</summary>
public sealed class OutputTests : EndToEndTest
{
    private const string Sum = """
        { "goal": "add", "steps": [ { "id": "add", "skill": "json_transform@1",
            "input": { "data": [1, 2], "expression": "sum(@)" } } ], "output": "steps.add.result.value" }
        """;

    public static TheoryData<string> Commands =>
    [
        "run", "simulate", "validate", "exec", "resume", "cancel", "runs", "trace", "query", "replay",
        "approvals", "approve",
        "reject", "settle", "skills", "describe-skill", "failures", "demo", "doctor", "completion", "version", "help",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_has_help_that_fits_the_terminal(string command)
    {
        Bench.Set("COLUMNS", "80");
        var result = (await Bench.AosAsync(command, "--help")).Exits(0);

        Assert.Contains("USAGE\n  aos " + command, result.Out, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
        Assert.DoesNotContain(result.Out.Split('\n'), line => line.Length > 80 && !line.TrimStart().StartsWith('$'));
    }

    [Fact]
    public async Task Help_lists_every_command_and_exit_code()
    {
        var help = (await Bench.AosAsync("--help")).Exits(0).Out;

        foreach (var command in Commands) Assert.Contains($"  {command.Data} ", help, StringComparison.Ordinal);
        foreach (var code in (int[])[0, 1, 2, 3, 4, 5, 6, 130]) Assert.Matches($"(?m)^  {code} +[a-z]", help);
        Assert.Equal(help, (await Bench.AosAsync()).Exits(0).Out);
        Assert.Equal(help, (await Bench.AosAsync("help")).Exits(0).Out);
    }

    [Fact]
    public async Task The_report_of_a_run_has_the_members_of_the_format()
    {
        var report = (await Bench.RunPlanAsync(Sum)).Exits(0).Json;

        Has(report, "run_id", "status", "code", "output", "cost_cents", "latency_ms", "behaviour_digest", "steps");
        Has(report.At("steps/0"), "step_id", "skill", "status", "code", "attempts", "cost_cents", "outcome");
        Has(report.At("steps/0/outcome"), "run_id", "step_id", "attempt", "status", "code", "result", "execution",
            "side_effects",
            "trace", "timestamp");
        Has(report.At("steps/0/outcome/execution"), "skill", "skill_version", "latency_ms", "cost_cents",
            "predicted_cost_cents",
            "predicted_latency_ms", "retries", "cache_hit", "idempotency_key");
        Assert.Equal("completed", report.Text("status"));
        Assert.Equal("json_transform@1.1.0", report.Text("steps/0/skill"));
    }

    [Fact]
    public async Task The_lines_of_a_trace_have_the_members_of_the_format()
    {
        var report = (await Bench.RunPlanAsync(Sum)).Exits(0).Json;
        var events = await Bench.TraceAsync(report.Text("run_id"));

        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.At("seq").GetInt32()));
        Assert.Equal("run_submitted", events[0].Text("type"));
        Assert.Equal("run_ended", events[^1].Text("type"));
        Assert.All(events, e => Has(e, "seq", "at", "type", "data"));
        var start = events.OfType("attempt_started").Single();
        Assert.Equal(("add", 1), (start.Text("step_id"), start.At("attempt").GetInt32()));
    }

    [Fact]
    public async Task Other_commands_print_one_json_shape_each()
    {
        var run = (await Bench.RunPlanAsync(Sum)).Exits(0).Json.Text("run_id");
        var plan = Bench.Write("plan.json", Sum);

        Has(await JsonAsync("simulate", "--plan", plan), "feasible", "budget_ok", "estimated_cost_cents",
            "worst_cost_cents",
            "estimated_latency_ms", "permission_gaps", "policy_denials", "approvals_needed", "risks", "steps");
        Has(await JsonAsync("validate", "--plan", plan), "status", "code", "result");
        Has(await JsonAsync("replay", run), "run_id", "mode", "parity", "events_compared");
        Has((await JsonAsync("runs")).At("0"), "run_id", "status", "code", "agent_id", "goal", "cost_cents",
            "started_at", "ended_at");
        Has(await JsonAsync("query", run, "cost_breakdown"), "status", "code", "result");
        Assert.Contains("why_did_step_fail", (await JsonAsync("query", run)).Text("result"), StringComparison.Ordinal);
        Has((await JsonAsync("skills")).At("0"), "name", "version", "description", "input_schema", "output_schema");
        Has((await JsonAsync("describe-skill", "http_call")).At("result"), "name", "version", "effect", "versions");
        Has((await JsonAsync("failures")).At("entries/0"), "code", "category", "cause", "cure");
        Assert.Equal("TIMEOUT", (await JsonAsync("failures", "TIMEOUT")).Text("entries/0/code"));
        Has(await JsonAsync("doctor"), "healthy", "checks");
        Has(await JsonAsync("version"), "version", "framework", "platform");
        Has(await JsonAsync("exec", "json_transform", "--input", """{"data":1,"expression":"@"}"""), "status", "code",
            "result", "execution");
        Assert.Equal(JsonValueKind.Array, (await JsonAsync("approvals")).ValueKind);
        Assert.Equal(JsonValueKind.Array, (await JsonAsync("resume")).ValueKind);
    }

    [Fact]
    public async Task Every_query_has_an_answer()
    {
        var run = (await Bench.RunPlanAsync(Sum)).Exits(0).Json.Text("run_id");
        foreach (var name in (await JsonAsync("query", run)).At("result").EnumerateArray())
            Assert.Equal("OK", (await JsonAsync("query", run, name.GetString()!)).Text("code"));
    }

    [Fact]
    public async Task Data_is_on_standard_output_and_progress_on_standard_error()
    {
        Server.On("/busy", number => number == 1 ? new Reply(503, RetryAfter: "0") : new Reply(200));
        var result = (await Bench.RunPlanAsync(Plan(Call("get", "/busy")))).Exits(0);

        Assert.Equal(JsonValueKind.Object, result.Json.ValueKind);
        Assert.Single(result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("HTTP_503", result.Error, StringComparison.Ordinal);
        Assert.Contains("attempt 2", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    public async Task What_is_no_terminal_gets_no_colours(string? noColour)
    {
        Bench.Set("NO_COLOR", noColour);
        await Bench.RunPlanAsync(Sum);
        var run = (await Bench.AosAsync("runs", "--json")).Json.Text("0/run_id");
        foreach (var command in
                (string[][])[["runs"], ["trace", run], ["skills"], ["doctor"], ["replay", run], ["failures"]])
        {
            var result = (await Bench.AosAsync(command)).Exits(0);
            Assert.DoesNotContain('\u001b', result.Out + result.Error);
        }
    }

    [Fact]
    public async Task A_trace_draws_failed_attempts_backoff_and_success_apart()
    {
        Server.On("/busy", number => number == 1 ? new Reply(503, RetryAfter: "1") : new Reply(200));
        var run = (await Bench.RunPlanAsync(Plan(Call("get", "/busy")))).Exits(0).Json.Text("run_id");
        Bench.Set("COLUMNS", "80");
        var trace = (await Bench.AosAsync("trace", run)).Exits(0).Out;

        Assert.Contains("failed attempt", trace, StringComparison.Ordinal);
        Assert.Contains("┄┄┄", trace, StringComparison.Ordinal);
        Assert.Contains("HTTP_503", trace, StringComparison.Ordinal);
        Assert.DoesNotContain(trace.Split('\n'), line => line.Length > 80);
    }

    [Fact]
    public async Task A_simulation_tells_what_is_not_allowed_and_exits_with_4()
    {
        var profile = Bench.Write("narrow.json", """{ "agent_id": "narrow", "skills": [] }""");
        var plan = Bench.Write("plan.json", Sum);
        var result = (await Bench.AosAsync("simulate", "--plan", plan, "--agent", profile, "--json")).Exits(4);

        Assert.False(result.Json.At("feasible").GetBoolean());
        Assert.NotEqual(0, result.Json.At("permission_gaps").GetArrayLength());
        Assert.Equal("[]", (await Bench.AosAsync("runs", "--json")).Exits(0).Out.Trim());
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _aos aos")]
    [InlineData("zsh", "#compdef aos")]
    [InlineData("fish", "complete -c aos")]
    public async Task Completion_scripts_ask_the_program(string shell, string line)
    {
        var script = (await Bench.AosAsync("completion", shell)).Exits(0).Out;
        Assert.Contains(line, script, StringComparison.Ordinal);
        Assert.Contains("aos __complete --", script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app", "approvals,approve")]
    [InlineData("run --pl", "--plan")]
    [InlineData("completion z", "zsh")]
    [InlineData("failures TIME", "TIMEOUT")]
    public async Task Completion_knows_commands_options_and_values(string line, string expected)
    {
        var found = (await Bench.AosAsync(["__complete", "--", .. line.Split(' ')])).Exits(0).Out;
        Assert.Equal(
            expected.Split(','),
            found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(item => item.Trim())
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("runs --json")]
    [InlineData("failures")]
    [InlineData("doctor")]
    public async Task Output_that_cannot_be_written_is_said_and_fails(string line)
    {
        var result = await Bench.StartInShell("exec 1> /dev/full", line.Split(' ')).EndAsync();

        Assert.Equal(line == "runs" ? 0 : 1, result.ExitCode); // An empty list prints nothing there.
        if (line != "runs") Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("failures")]
    [InlineData("failures --json")]
    [InlineData("--help")]
    public async Task A_reader_that_has_gone_ends_the_command_without_a_word(string line)
    {
        // The reader has ended before anything is written: what `| head` does, without the race.
        var result = await Bench.StartInShell("exec 1> >(exit 0); wait $!", line.Split(' ')).EndAsync();

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("exec 2>&-")]
    [InlineData("exec 2> /dev/full")]
    [InlineData("exec 2> >(exit 0); wait $!")]
    public async Task A_run_whose_progress_nobody_can_read_is_done_all_the_same(string before)
    {
        var plan = Bench.Write(
            "plan.json",
            """{ "steps": [ { "id": "a", "skill": "json_transform@1", "input": { "data": 7, "expression": "@" } } ] }""");
        var shown = (await Bench.StartInShell(before, "run", "--plan", plan).EndAsync()).Exits(0);
        Assert.Contains(" completed ", shown.Out, StringComparison.Ordinal);
        var report = (await Bench.StartInShell(before, "run", "--plan", plan, "--json").EndAsync()).Exits(0);
        Assert.Equal("completed", report.Json.Text("status"));
    }

    [Theory]
    [InlineData("failures", "error: Reading or writing failed: ")]
    [InlineData("failures --json", "aos: the output cannot be written: ")]
    public async Task Output_that_was_closed_is_said_and_fails(string line, string message)
    {
        var result = await Bench.StartInShell("exec 1>&-", line.Split(' ')).EndAsync();

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hints_of_a_run_that_waits_are_commands_that_work_as_they_stand()
    {
        Server.On("/pay", _ => new Reply(500)).On("/sent", _ => new Reply(200))
            .On("/busy", _ => new Reply(503, RetryAfter: "1"));
        var plan = Bench.Write("plan.json", $$"""
            { "steps": [
              { "id": "pay", "skill": "http_call@1", "for_each": "[`1`]", "input": { "url": "{{Server.Url("/pay")}}", "method": "POST" } },
              {{Call("ask", "/sent", "POST", "\"approval\": {}")}},
              {{Call("busy", "/busy", more: "\"retry\": { \"max_attempts\": 2 }, \"on_failure\": \"continue\"")}} ] }
            """);
        Bench.Set("COLUMNS", "40");
        var waiting =
            (await Bench.AosAsync(
                "run", "--plan", plan, "--agent", Bench.Profile, "--data", Bench.Folder + "/a store")).Exits(3);

        var lines = waiting.Out.Split('\n');
        Assert.DoesNotContain(
            "settle", string.Concat(lines.Where(line => line.Contains("busy", StringComparison.Ordinal))),
            StringComparison.Ordinal);
        await PasteAsync(
            Assert.Single(lines, line => line.Contains("it took effect: ", StringComparison.Ordinal)), exit: 3);
        await PasteAsync(
            Assert.Single(lines, line => line.Contains("to allow it: ", StringComparison.Ordinal)), exit: 0);
        Assert.Equal((1, 1), (Server.Count("/pay"), Server.Count("/sent")));
    }

    // Runs the command of a hint by a shell, as somebody who pastes it.
    private async Task PasteAsync(string hint, int exit)
    {
        var command = hint[hint.IndexOf("aos ", StringComparison.Ordinal)..];
        (await Bench.StartInShell($"aos() {{ \"{Infrastructure.Cli.Binary}\" \"$@\"; }}; {command}; exit", "never")
            .EndAsync()).Exits(exit);
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments) =>
        (await Bench.AosAsync([.. arguments, "--json"])).Exits(0).Json;

    private static void Has(JsonElement element, params string[] members)
    {
        foreach (var member in members)
            Assert.True(element.TryGetProperty(member, out _), $"'{member}' is missing in {element}");
    }
}
