using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Mcp;

/// <summary>Tools of real MCP servers, imported and called as a user does it.</summary>
public sealed class McpEndToEndTests : EndToEndTest
{
    [Fact]
    public async Task Tools_of_a_public_server_are_imported_described_planned_simulated_and_run()
    {
        var imported =
            (await Bench.AosAsync("skills", "import", "all", "--command", $"node '{PublicServers.Everything}' stdio",
            "--effect", "get-sum=read", "--effect", "get-structured-content=read", "--json")).Exits(0).Json;
        Assert.Equal("stdio", imported.Text("transport"));
        Assert.Equal("read", Tool(imported, "all.get-sum").Text("effect"));
        Assert.Equal("once", Tool(imported, "all.echo").Text("effect"));
        Assert.Empty(imported.GetProperty("refused").EnumerateArray());

        Assert.Contains("all.echo", (await Bench.AosAsync("skills")).Exits(0).Out, StringComparison.Ordinal);
        Assert.Contains(
            "message", (await Bench.AosAsync("describe-skill", "all.echo")).Exits(0).Out, StringComparison.Ordinal);
        (await Bench.AosAsync("skills", "imports", "all", "--check")).Exits(0);

        Bench.Write("profile.json", """
            { "agent_id": "tester", "skills": ["all.echo@1", "all.get-sum@1", "all.get-structured-content@1", "all.get-tiny-image@1"] }
            """);
        const string plan = """
            { "steps": [
                { "id": "sum", "skill": "all.get-sum@1", "input": { "a": 19, "b": 23 } },
                { "id": "say", "skill": "all.echo@1", "input": { "message": "${steps.sum.result.text}" } },
                { "id": "weather", "skill": "all.get-structured-content@1", "input": { "location": "Chicago" } },
                { "id": "picture", "skill": "all.get-tiny-image@1", "input": {} } ],
              "output": "{said: steps.say.result.text, weather: steps.weather.result.structured.conditions, image: steps.picture.result.content[0].mime_type}" }
            """;
        var simulated =
            (await Bench.AosAsync(
                "simulate", "--plan", Bench.Write("plan.json", plan), "--agent", Bench.Profile, "--json")).Exits(
                    0).Json;
        Assert.True(simulated.GetProperty("feasible").GetBoolean());

        var report = (await Bench.RunPlanAsync(plan)).Exits(0).Json;
        var output = report.GetProperty("output");
        Assert.Contains("42", output.Text("said"), StringComparison.Ordinal);
        Assert.NotEmpty(output.Text("weather"));
        Assert.Equal("image/png", output.Text("image"));
        (await Bench.AosAsync("replay", report.Text("run_id"))).Exits(0);
    }

    [Fact]
    public async Task Files_are_written_and_read_by_the_public_server_and_its_refusals_are_failures()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Bench.Folder, "shared")).FullName;
        var tools =
            (await Bench.AosAsync("skills", "import", "files", "--command", $"node '{PublicServers.Files}' '{folder}'",
            "--tool", "write_file", "--tool", "read_text_file", "--effect", "write_file=idempotent", "--effect",
            "read_text_file=read", "--json")).Exits(0).Json;
        Assert.Equal(2, tools.GetProperty("tools").GetArrayLength());
        Bench.Write(
            "profile.json", """{ "agent_id": "tester", "skills": ["files.write_file@1", "files.read_text_file@1"] }""");

        var report = (await Bench.RunPlanAsync($$"""
            { "steps": [
                { "id": "write", "skill": "files.write_file@1", "input": { "path": "{{folder}}/note.txt", "content": "kept" } },
                { "id": "read", "skill": "files.read_text_file@1", "depends_on": ["write"], "input": { "path": "{{folder}}/note.txt" } } ],
              "output": "steps.read.result.structured.content" }
            """)).Exits(0).Json;
        Assert.Equal("kept", report.Text("output"));
        Assert.Equal("kept", File.ReadAllText(Path.Combine(folder, "note.txt")));
        Assert.Equal(
            "files/write_file",
            Step(report, "write").GetProperty("outcome").GetProperty("side_effects")[0].Text("target"));

        var refused =
            (await Bench.AosAsync(
                "exec", "files.read_text_file@1", "--agent", Bench.Profile, "--input", """{"path":"/etc/passwd"}""",
                "--json")).Exits(1).Json;
        Assert.Equal("MCP_TOOL_FAILED", refused.Text("code"));
        Assert.Contains("ccess denied", refused.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_server_is_called_over_Streamable_HTTP_where_the_profile_allows_it()
    {
        var (process, port) = await PublicServers.StartHttpAsync();
        using var _ = process;
        try
        {
            (await Bench.AosAsync(
                "skills", "import", "web", "--url", $"http://127.0.0.1:{port}/mcp", "--tool", "get-sum", "--effect",
                "read")).Exits(0);
            Bench.Write(
                "profile.json",
                $$"""{ "agent_id": "tester", "skills": ["web.get-sum@1"], "network": { "allow": ["127.0.0.1:{{port}}"] } }""");
            var sum =
                (await Bench.AosAsync(
                    "exec", "web.get-sum@1", "--agent", Bench.Profile, "--input", """{"a":1,"b":2}""", "--json")).Exits(
                        0).Json;
            Assert.Contains("3", sum.GetProperty("result").Text("text"), StringComparison.Ordinal);

            Bench.Write(
                "profile.json",
                """{ "agent_id": "tester", "skills": ["web.get-sum@1"], "network": { "allow": ["*"] } }""");
            var denied =
                (await Bench.AosAsync(
                    "exec", "web.get-sum@1", "--agent", Bench.Profile, "--input", """{"a":1,"b":2}""", "--json")).Exits(
                        4).Json;
            Assert.Equal("EGRESS_DENIED", denied.Text("code"));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task A_tool_that_changes_is_suspended_shown_and_accepted_with_a_new_version()
    {
        var description = Bench.Write("echo.description", "Says it again.");
        (await Bench.AosAsync(
            "skills", "import", "odd", "--command", $"node '{OddServer}'", "--env", $"ODD_FOLDER={Bench.Folder}",
            "--tool", "echo", "--effect", "read")).Exits(0);
        Bench.Write("profile.json", """{ "agent_id": "tester", "skills": ["odd.echo@1"] }""");
        string[] call = ["exec", "odd.echo@1", "--agent", Bench.Profile, "--input", """{"text":"hello"}""", "--json"];
        Assert.Equal(
            "1.0.0", (await Bench.AosAsync(call)).Exits(0).Json.GetProperty("execution").Text("skill_version"));

        File.WriteAllText(description, "Says it again, to a stranger.");
        var suspended = (await Bench.AosAsync(call)).Exits(4).Json;
        Assert.Equal("SKILL_SUSPENDED", suspended.Text("code"));
        Assert.Contains("aos skills accept odd", suspended.Text("message"), StringComparison.Ordinal);
        var shown = (await Bench.AosAsync("skills", "imports", "odd", "--check")).Exits(4);
        Assert.Contains("+ Says it again, to a stranger.", shown.Out, StringComparison.Ordinal);
        var plan = Bench.Write(
            "plan.json", """{ "steps": [ { "id": "a", "skill": "odd.echo@1", "input": { "text": "x" } } ] }""");
        Assert.Contains(
            "SKILL_SUSPENDED",
            (await Bench.AosAsync("simulate", "--plan", plan, "--agent", Bench.Profile, "--json")).Exits(4).Out,
            StringComparison.Ordinal);

        var accepted =
            (await Bench.AosAsync("skills", "accept", "odd.echo", "--json")).Exits(0).Json.GetProperty("accepted")[0];
        Assert.Equal(
            ("1.0.0", "1.1.0", "description"),
            (accepted.Text("version_before"), accepted.Text("version"),
                accepted.GetProperty("changed")[0].GetString()));
        Assert.Equal(
            "1.1.0", (await Bench.AosAsync(call)).Exits(0).Json.GetProperty("execution").Text("skill_version"));

        (await Bench.AosAsync("skills", "remove", "odd")).Exits(0);
        Assert.Equal("UNKNOWN_SKILL", (await Bench.AosAsync(call)).Exits(2).Json.Text("code"));
    }

    [Fact]
    public async Task A_call_that_was_cut_off_is_settled_by_a_person_and_never_repeated()
    {
        (await Bench.AosAsync(
            "skills", "import", "odd", "--command", $"node '{OddServer}'", "--env", $"ODD_FOLDER={Bench.Folder}",
            "--tool", "die")).Exits(0);
        Bench.Write("profile.json", """{ "agent_id": "tester", "skills": ["odd.die@1"] }""");
        var report =
            (await Bench.RunPlanAsync("""{ "steps": [ { "id": "a", "skill": "odd.die@1", "input": {} } ] }""")).Exits(
                3).Json;

        Assert.Equal("unknown_outcome", report.Text("waiting_for"));
        Assert.Single(
            File.ReadAllLines(Path.Combine(Bench.Folder, "asked")),
            line => line.StartsWith("tools/call", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_server_outlives_the_command_that_started_it()
    {
        (await Bench.AosAsync(
            "skills", "import", "odd", "--command", $"node '{OddServer}'", "--env", $"ODD_FOLDER={Bench.Folder}",
            "--tool", "spawn")).Exits(0);
        Bench.Write("profile.json", """{ "agent_id": "tester", "skills": ["odd.spawn@1"] }""");
        Bench.Write("stubborn", "");
        var spawned = (await Bench.AosAsync("exec", "odd.spawn@1", "--agent", Bench.Profile, "--json")).Exits(0).Json
            .GetProperty("result").Text("text");
        foreach (var id in File.ReadAllLines(Path.Combine(Bench.Folder, "started")).Append(spawned))
            Assert.False(
                Directory.Exists($"/proc/{id}")
                    && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal),
                        $"process {id} is still there");
    }

    private static string OddServer => Path.Combine(AppContext.BaseDirectory, "odd_server.mjs");

    private static JsonElement Tool(JsonElement imported, string skill) =>
        imported.GetProperty("tools").EnumerateArray().Single(tool => tool.Text("skill") == skill);

    private static JsonElement Step(JsonElement report, string id) =>
        report.GetProperty("steps").EnumerateArray().Single(step => step.Text("step_id") == id);
}
