using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>Everything that is wrong with what was sent is told at once, by its place and by line and column.</summary>
public sealed class MistakeTests : ServerTest
{
    private const string Plan = """
        "plan": { "steps": [
            { "id": "a", "skill": "no_such@1", "input": {}, "nonsense": 1 },
            { "id": "b", "skill": "json_transform@1", "depends_on": ["nobody"], "input": { "data": 1, "expression": "(" } } ] }
        """;

    private static IEnumerable<(string Place, string Code, string At)> Details(JsonElement problem) =>
        problem.At("outcome/failure/details").EnumerateArray().Select(one => (one.Text("pointer"), one.Text("code"),
            one.TryGetProperty("line", out var line) ? $"{line}:{one.Text("column")}" : ""));

    private async Task<List<(string Place, string Code, string At)>> RefusedAsync(
        string path, string body, int status) =>
        [.. Details((await PostAsync(path, body)).Is(status).Json)];

    [Theory]
    [InlineData("/v1/runs")]
    [InlineData("/v1/simulate")]
    [InlineData("/v1/validate")]
    public async Task A_submission_whose_form_is_wrong_has_its_other_mistakes_told_as_well(string path)
    {
        var body = $$"""
            { {{Plan}},
              "profile": { "agent_id": "tester", "skills": ["json_transform@1"], "network": { "allow": ["http://a"] } },
              "surplus": true }
            """;
        var details = await RefusedAsync(path, body, 400);

        Assert.Contains(("/plan/steps/0/nonsense", "SCHEMA_VIOLATION", "2:65"), details);
        Assert.Contains(("/plan/steps/0/skill", "UNKNOWN_SKILL", "2:27"), details);
        Assert.Contains(
            details, one => one is { Place: "/plan/steps/1/depends_on/0", Code: "INVALID_PLAN", At: "3:62" });
        Assert.Contains(("/profile/network/allow/0", "INVALID_PROFILE", "4:93"), details);
        Assert.Contains(("/surplus", "SCHEMA_VIOLATION", "5:14"), details);
        Assert.Equal(details.Count, details.Distinct().Count());
    }

    [Fact]
    public async Task Mistakes_of_a_profile_and_of_a_plan_of_good_form_are_told_together()
    {
        var plan = Plan.Replace(""", "nonsense": 1""", "", StringComparison.Ordinal);
        var broken = $$"""{ {{plan}}, "profile": { "agent_id": "tester", "network": { "allow": ["http://a"] } } }""";
        var details = await RefusedAsync("/v1/validate", broken, 422);
        Assert.Equal(("/profile/network/allow/0", "INVALID_PROFILE"), (details[0].Place, details[0].Code));
        Assert.Contains(("/plan/steps/0/skill", "UNKNOWN_SKILL", "2:27"), details);
        // Which skills a profile would allow that cannot be read nobody knows.
        Assert.DoesNotContain(details, one => one.Code == "SKILL_NOT_ALLOWED");

        var good = $$"""{ {{plan}} }""";
        Assert.Contains(("/plan/steps/0/skill", "UNKNOWN_SKILL", "2:27"), await RefusedAsync("/v1/runs", good, 422));
    }

    [Fact]
    public async Task Places_in_a_question_about_budgets_are_places_in_its_body()
    {
        var form =
            await RefusedAsync("/v1/simulate/budgets", $$"""{ "run": { {{Plan}} }, "budgets_cents": [] }""", 400);
        Assert.Contains(form, one => one is { Place: "/run/plan/steps/0/skill", Code: "UNKNOWN_SKILL", At: "2:27" });
        Assert.Contains(form, one => one is { Place: "/budgets_cents", Code: "SCHEMA_VIOLATION" });
        var plan = Plan.Replace(""", "nonsense": 1""", "", StringComparison.Ordinal);
        var good =
            await RefusedAsync("/v1/simulate/budgets", $$"""{ "run": { {{plan}} }, "budgets_cents": [1] }""", 422);
        Assert.Contains(good, one => one is { Place: "/run/plan/steps/0/skill", At: "2:27" });
    }

    [Theory]
    [InlineData("POST", "/v1/runs", "{\n  \"goal\": tru }", "JSON_SYNTAX", "2:14")]
    [InlineData("POST", "/v1/runs", "{\n  \"goal\": \"a\",\n  \"goal\": \"b\" }", "JSON_DUPLICATE_KEY", "3:3")]
    [InlineData("PUT", "/v1/agents/x", "{ \"agent_id\": \"x\",\n  \"skills\": 1 }", "SCHEMA_VIOLATION", "2:13")]
    [InlineData("PUT", "/v1/policies/x", "{ \"policy\": \"x\",\n \"version\": 0 }", "SCHEMA_VIOLATION", "2:13")]
    [InlineData("POST", "/v1/webhooks", "{ \"url\":\n \"ftp://x\" }", "INVALID_ARGUMENT", "2:2")]
    public async Task A_mistake_is_told_with_line_and_column(
        string method, string path, string body, string code, string at)
    {
        var answer = await SendAsync(method, path, body, Admin);
        Assert.Equal((code, at), (Details(answer.Json).First().Code, Details(answer.Json).First().At));
        Assert.InRange(answer.Status, 400, 422);
    }

    [Fact]
    public async Task A_body_of_very_many_mistakes_is_answered_with_the_lines_of_the_first()
    {
        var steps = string.Join(",\n", Enumerable.Range(0, 3_000).Select(_ => "1"));
        var details = await RefusedAsync("/v1/runs", $$"""{ "plan": { "steps": [ {{steps}} ] } }""", 400);
        Assert.NotEqual("", details[0].At);
        Assert.Equal("", details[^1].At);
    }
}
