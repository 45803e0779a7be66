using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>Wrong input: a clear message with its place, exit code 2, and nothing done.</summary>
public sealed class InputTests : EndToEndTest
{
    [Fact]
    public async Task Broken_json_is_named_with_line_and_column()
    {
        var plan = Bench.Write("broken.json", "{\n  \"steps\": [\n    { \"id\": \"a\", }\n  ]\n}\n");
        var result = (await Bench.AosAsync("run", "--plan", plan)).Exits(2);

        Assert.Contains("broken.json:3:", result.Error, StringComparison.Ordinal);
        Assert.Contains("[INVALID_PLAN]", result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
    }

    [Fact]
    public async Task A_mistake_is_named_by_file_line_column_and_pointer()
    {
        var plan = Bench.Write("typo.json", """
            {
              "steps": [
                { "id": "a", "skill": "json_transfrom@1", "input": { "data": 1, "expression": "@" } }
              ]
            }
            """);
        var result = (await Bench.AosAsync("validate", "--plan", plan)).Exits(2);

        Assert.Contains("typo.json:3:27 /steps/0/skill:", result.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'json_transform'?", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "steps": [ { "id": "a", "skill": "no_such_skill@1" } ] }""", "UNKNOWN_SKILL", "/steps/0/skill")]
    [InlineData(
        """{ "steps": [ { "id": "a", "skill": "json_transform@9" } ] }""", "SKILL_VERSION_MISSING", "/steps/0/skill")]
    [InlineData("""{ "steps": "none" }""", null, "/steps")]
    [InlineData(
        """{ "steps": [ { "id": "a", "skill": "json_transform@1", "timeout_ms": "soon" } ] }""", null,
        "/steps/0/timeout_ms")]
    [InlineData(
        """{ "steps": [ { "id": "a", "skill": "json_transform@1", "input": { "data": 1 } } ] }""", null,
        "/steps/0/input")]
    [InlineData(
        """{ "steps": [ { "id": "a", "skill": "json_transform@1", "when": "a b" } ] }""", "EXPRESSION_INVALID",
        "/steps/0/when")]
    public async Task A_plan_that_breaks_a_rule_is_refused_whole_with_the_place(
        string plan, string? code, string pointer)
    {
        var result = (await Bench.RunPlanAsync(plan)).Exits(2);

        Assert.Equal("INVALID_PLAN", result.Json.Text("code"));
        var detail = result.Json.At("failure/details").EnumerateArray()
            .First(detail => detail.Text("pointer").StartsWith(pointer, StringComparison.Ordinal));
        if (code is not null) Assert.Equal(code, detail.Text("code"));
        Assert.Equal("[]", (await Bench.AosAsync("runs", "--json")).Exits(0).Out.Trim());
    }

    [Fact]
    public async Task A_plan_in_a_circle_is_refused()
    {
        var result = (await Bench.RunPlanAsync("""
            { "steps": [
              { "id": "a", "skill": "json_transform@1", "input": { "data": 1, "expression": "@" }, "depends_on": ["b"] },
              { "id": "b", "skill": "json_transform@1", "input": { "data": 1, "expression": "@" }, "depends_on": ["a"] } ] }
            """)).Exits(2);

        Assert.Equal("INVALID_PLAN", result.Json.Text("code"));
        Assert.Contains("circle", result.Json.Text("failure/details/0/message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_mistake_of_a_plan_is_named_at_once()
    {
        var result = (await Bench.RunPlanAsync("""
            { "steps": [ { "id": "a", "skill": "one@1" }, { "id": "b", "skill": "two@1" } ] }
            """)).Exits(2);

        Assert.Equal(["/steps/0/skill", "/steps/1/skill"],
            result.Json.At("failure/details").EnumerateArray().Select(detail => detail.Text("pointer")).Distinct());
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("run")]
    [InlineData("simulate")]
    public async Task Mistakes_of_form_hide_no_others(string command)
    {
        var plan = Bench.Write("many.json", """
            { "steps": [
              { "id": "a", "skill": "one@1", "depends_on": ["b"] },
              { "id": "b", "skill": "json_transform@1", "depends_on": ["a"], "on_failure": "explode",
                "input": { "data": 1, "expression": "a.[" } } ] }
            """);
        var result = (await Bench.AosAsync(command, "--plan", plan, "--json")).Exits(2);

        Assert.Equal(["/steps/0", "/steps/0/skill", "/steps/1/input/expression", "/steps/1/on_failure"],
            result.Json.At("failure/details").EnumerateArray().Select(detail => detail.Text("pointer"))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_the_agent_may_not_do_is_said_when_a_plan_is_validated_for_it()
    {
        var agent = Bench.Write("narrow.yaml", "agent_id: narrow\nskills: [http_call@1]\nplanner: { id: oracle }\n");
        var plan = Bench.Write(
            "plan.json",
            """{ "steps": [ { "id": "a", "skill": "json_transform@1", "input": { "data": 1, "expression": "@" } } ] }""");
        foreach (var command in (string[])["validate", "run"])
            Assert.Equal(
                "SKILL_NOT_ALLOWED",
                (await Bench.AosAsync(command, "--plan", plan, "--agent", agent, "--json")).Exits(4).Json.Text("code"));
    }

    [Fact]
    public async Task A_planner_that_is_not_there_is_warned_of_where_a_plan_needs_none()
    {
        var agent = Bench.Write("model.yaml", "agent_id: m\nskills: [json_transform@1]\nplanner: { id: oracle }\n");
        var plan = Bench.Write(
            "plan.json",
            """{ "steps": [ { "id": "a", "skill": "json_transform@1", "input": { "data": 1, "expression": "@" } } ] }""");
        foreach (var command in (string[])["validate", "run", "simulate"])
            Assert.Contains("model.yaml:3:16 /planner/id: There is no planner 'oracle'; there are claude, model, rule.",
                (await Bench.AosAsync(command, "--plan", plan, "--agent", agent)).Exits(0).Error,
                StringComparison.Ordinal);
        Assert.Equal(
            "UNKNOWN_PLANNER",
            (await Bench.AosAsync("run", "get https://example.com", "--agent", agent, "--json")).Exits(
                2).Json.Text("code"));
    }

    [Fact]
    public async Task Text_that_was_no_UTF8_is_refused_and_a_number_that_a_double_does_not_hold_comes_out_exactly()
    {
        var lost =
            (await Bench.AosAsync(
                "exec", "json_transform", "--input", "{\"data\":\"\uFFFD\",\"expression\":\"@\"}", "--json")).Exits(2);
        Assert.Contains(
            "--input is not valid UTF-8 at character 10", lost.Json.Text("message"), StringComparison.Ordinal);
        var exact =
            (await Bench.AosAsync(
                "exec", "json_transform", "--input", """{"data":[1e999, 12345678901234567890123],"expression":"@"}""",
                "--json")).Exits(0);
        Assert.Contains("[1e+999,1.2345678901234567890123e+22]", exact.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_is_read_from_standard_input()
    {
        var result = (await Bench.AosWithAsync("""
            { "steps": [ { "id": "a", "skill": "json_transform@1", "input": { "data": [1, 2], "expression": "length(@)" } } ],
              "output": "steps.a.result.value" }
            """, "run", "--plan", "-", "--json")).Exits(0);

        Assert.Equal("2", result.Json.Text("output"));
    }

    [Fact]
    public async Task An_input_is_read_from_a_file()
    {
        var input = Bench.Write("input.json", """{"data":[3,1,2],"expression":"max(@)"}""");
        Assert.Equal(
            "3", (await Bench.AosAsync("exec", "json_transform", "--input", $"@{input}", "--json")).Exits(0).Json.Text(
                "result/value"));
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":1} trailing")]
    [InlineData("[1]")]
    public async Task An_input_that_is_no_strict_json_object_is_refused(string input)
    {
        var result = (await Bench.AosAsync("exec", "json_transform", "--input", input, "--json")).Exits(2);
        Assert.Contains(result.Json.Text("code"), (string[])["INVALID_JSON", "INVALID_ARGUMENT"]);
    }

    [Fact]
    public async Task An_input_that_breaks_the_skills_schema_is_named_by_its_place()
    {
        var result =
            (await Bench.AosAsync(
                "exec", "json_transform", "--input", """{"data":1,"expression":5}""", "--json")).Exits(2);

        Assert.Equal("INVALID_INPUT", result.Json.Text("code"));
        Assert.Equal("/expression", result.Json.Text("failure/details/0/pointer"));
    }

    [Theory]
    [InlineData("agent_id: [unfinished", "agent.yaml:")]
    [InlineData("agent_id: x\nno_such_member: 1\n", "agent.yaml:2:17 /no_such_member")]
    [InlineData(
        "agent_id: x\nnetwork:\n  allow:\n    - good.example\n    - http://x\n", "agent.yaml:5:7 /network/allow/1")]
    [InlineData(
        "{ \"agent_id\": \"x\",\n  \"network\": { \"allow\": [\"host:99999\"] } }", "agent.yaml:2:26 /network/allow/0")]
    [InlineData("{ \"agent_id\": 5 }", "/agent_id")]
    public async Task A_profile_that_cannot_be_read_is_refused(string profile, string place)
    {
        var path = Bench.Write("agent.yaml", profile);
        var result = (await Bench.AosAsync("run", "get https://example.com", "--agent", path)).Exits(2);

        Assert.Contains("[INVALID_PROFILE]", result.Error, StringComparison.Ordinal);
        Assert.Contains(place, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--plan", "/no/such/plan.json", "plan '/no/such/plan.json' was not found")]
    [InlineData("--plan", "/", "The plan '/' is a folder, and a file is needed.")]
    [InlineData("--plan", "no_such_plan.json", "was not found in '/")]
    [InlineData("--agent", "/no/such/agent.yaml", "was not found")]
    public async Task A_file_that_cannot_be_read_is_named(string option, string path, string message)
    {
        string[] arguments = option == "--plan"
            ? ["run", option, path] : ["run", "get https://example.com", option, path];
        Assert.Contains(message, (await Bench.AosAsync(arguments)).Exits(2).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rnu", "'run'")]
    [InlineData("aprovals", "'approvals'")]
    [InlineData("run --pln x", "'--plan'")]
    [InlineData("runs --jsno", "'--json'")]
    [InlineData("failures TIMEOT", "'TIMEOUT'")]
    [InlineData("help rnu", "'run'")]
    [InlineData("describe-skill http_cal", "'http_call'")]
    public async Task What_is_misspelt_is_answered_with_what_may_have_been_meant(string line, string meant)
    {
        var result = (await Bench.AosAsync(line.Split(' '))).Exits(2);
        Assert.Contains($"Did you mean {meant}?", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run goal --plan plan.json")]
    [InlineData("run goal --budget-cents -1")]
    [InlineData("run goal --budget-cents many")]
    [InlineData("run a b")]
    [InlineData("runs --status sleeping")]
    [InlineData("runs --limit 0")]
    [InlineData("trace not_a_run")]
    [InlineData("trace run_0123456789")]
    [InlineData("query run_0123456789 remaining_budget_cents")]
    [InlineData("replay run_0123456789 --mode backwards")]
    [InlineData("settle run_0123456789 a --happened maybe")]
    [InlineData("settle run_0123456789 a")]
    [InlineData("resume run_0123456789")]
    [InlineData("cancel run_0123456789")]
    [InlineData("completion tcsh")]
    [InlineData("exec Not-A-Skill")]
    [InlineData("nothing")]
    public async Task Wrong_usage_exits_with_2_and_one_outcome_under_json(string line)
    {
        var result = (await Bench.AosAsync([.. line.Split(' '), "--json"])).Exits(2);

        Assert.Equal("failure", result.Json.Text("status"));
        Assert.False(string.IsNullOrWhiteSpace(result.Json.Text("message")));
        Assert.Equal(result.Json.Text("code"), result.Json.Text("failure/code"));
    }

    [Fact]
    public async Task A_call_without_its_input_is_told_what_the_skill_needs_by_an_example_that_works()
    {
        var result = (await Bench.AosAsync("exec", "json_transform")).Exits(2);

        Assert.Contains("json_transform needs data;", result.Error, StringComparison.Ordinal);
        var example =
            result.Error.Split('\n').Single(line => line.Contains("For example: aos exec", StringComparison.Ordinal));
        var arguments = example[(example.IndexOf("--input ", StringComparison.Ordinal) + 8)..];
        Assert.True(arguments.StartsWith('\'') && arguments.EndsWith('\''), arguments);
        (await Bench.AosAsync("exec", "json_transform", "--input", arguments.Trim('\''))).Exits(0);
    }

    [Fact]
    public async Task What_a_profile_asks_for_is_kept_and_not_warned_of()
    {
        var profile = Bench.Write("wishes.json", """
            { "agent_id": "wishes", "skills": ["json_transform@1"], "budget": { "per_day_cents": 5, "mode": "soft" },
              "limits": { "max_run_seconds": 30, "rates": [ { "skill": "json_transform", "calls": 1, "per_seconds": 3600 } ] } }
            """);
        string[] call =
            ["exec", "json_transform", "--input", """{"data":1,"expression":"@"}""", "--agent", profile, "--json"];

        Assert.DoesNotContain("warning", (await Bench.AosAsync(call)).Exits(0).Error, StringComparison.Ordinal);
        Assert.Equal("RATE_EXCEEDED", (await Bench.AosAsync(call)).Exits(1).Json.Text("code"));
    }

    [Fact]
    public async Task A_blank_goal_and_a_goal_without_a_rule_are_told_apart()
    {
        Assert.Equal("PLANNER_INVALID_GOAL", (await Bench.AosAsync("run", "  ", "--json")).Exits(2).Json.Text("code"));
        var unknown = (await Bench.AosAsync("run", "knit me a jumper", "--json")).Exits(1);
        Assert.Equal("PLANNER_NO_PLAN", unknown.Json.Text("code"));
    }
}
