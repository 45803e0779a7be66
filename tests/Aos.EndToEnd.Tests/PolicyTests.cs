using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>Policies as a person uses them.</summary>
public sealed class PolicyTests : EndToEndTest
{
    private string Post => $$"""
        { "steps": [ { "id": "price", "skill": "json_transform@1", "input": { "data": { "to": "{{Server.Url("/send")}}" }, "expression": "to" } },
            { "id": "send", "skill": "http_call@1", "input": { "url": "${steps.price.result.value}", "method": "POST", "body": {} } } ] }
        """;

    [Fact]
    public async Task A_policy_of_the_data_folder_binds_every_run_and_its_denial_exits_with_4()
    {
        Keep("no-posts.yaml",
            "policy: no-posts\nversion: 7\nrules:\n  - { id: posts, verdict: deny, match: { hosts: [127.0.0.1], methods: [POST] } }\n");

        var run = (await Bench.RunPlanAsync(Post)).Exits(4);

        Assert.Equal("POLICY_DENIED", run.Json.Text("code"));
        Assert.Equal(0, Server.Count("/send"));
        var denied = (await Bench.TraceAsync(run.Json.Text("run_id"))).Single(e => e.Text("type") == "policy_denied");
        Assert.Equal(("no-posts", "posts"), (denied.Text("data/rules/0/policy"), denied.Text("data/rules/0/rule")));
        Assert.Equal(7, denied.GetProperty("data").GetProperty("rules")[0].GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task A_policy_with_a_mistake_stops_what_would_begin_a_run_and_names_the_place()
    {
        Keep("bad.yaml", "policy: bad\nversion: 1\nrules:\n  - id: a\n    verdict: deny\n    match: { hots: [x] }\n");

        var refused = (await Bench.AosAsync("run", "--plan", Bench.Write("plan.json", Post))).Exits(2);

        Assert.Contains("bad.yaml:6:", refused.Error, StringComparison.Ordinal);
        (await Bench.AosAsync("runs")).Exits(0);
    }

    [Fact]
    public async Task Cases_that_fail_exit_with_1_and_say_what_was_found()
    {
        var file = Bench.Write("p.json", """
            {"policy":"p","version":1,"rules":[{"id":"r","verdict":"deny","match":{"methods":["POST"]}}],
             "cases":[{"name":"reads pass","expect":"allow","call":{"skill":"http_call","input":{"url":"https://x.org/"}}}]}
            """);
        var more = Bench.Write(
            "more.yaml",
            "cases:\n  - { name: posts pass, expect: allow, call: { skill: http_call, input: { url: 'https://x.org/', method: POST } } }\n");

        (await Bench.AosAsync("policy", "test", file)).Exits(0);
        var report = (await Bench.AosAsync("policy", "test", file, "--cases", more, "--json")).Exits(1).Json;

        Assert.Equal(
            ("posts pass", "deny", "r"),
            (report.Text("cases/1/name"), report.Text("cases/1/found"), report.Text("cases/1/rules/0")));
    }

    [Fact]
    public async Task What_if_names_the_calls_of_past_runs_that_would_be_denied_and_a_tightened_run_is()
    {
        Server.On("/send", _ => new Reply(200));
        var done = (await Bench.RunPlanAsync(Post)).Exits(0);
        var file = Bench.Write(
            "p.json",
            """{"policy":"p","version":2,"rules":[{"id":"r","verdict":"deny","match":{"methods":["POST"]}}]}""");

        var report = (await Bench.AosAsync("policy", "what-if", file, "--json")).Exits(0).Json;

        Assert.Equal((done.Json.Text("run_id"), "send", "allow", "deny"),
            (report.Text("changes/0/run_id"), report.Text("changes/0/step_id"), report.Text("changes/0/was"),
                report.Text("changes/0/would")));
        Assert.Equal(1, report.GetProperty("changes").GetArrayLength());

        var waiting =
            (await Bench.RunPlanAsync(
                Post.Replace("\"method\"", "\"headers\": {}, \"method\"", StringComparison.Ordinal)
            .Replace("\"body\": {} }", "\"body\": {} }, \"approval\": {}", StringComparison.Ordinal))).Exits(3);
        (await Bench.AosAsync("policy", "tighten", file, "--reason", "incident")).Exits(0);
        (await Bench.AosAsync("resume", waiting.Json.Text("run_id"), "--json")).Exits(4);
        Assert.Equal(1, Server.Count("/send"));
    }

    [Fact]
    public async Task Nothing_is_run_beyond_the_cost_that_was_allowed_or_without_somebody_to_ask()
    {
        (await Bench.RunPlanAsync(Post, "--confirm")).Exits(2);
        Assert.Equal(0, Server.Count("/send"));

        Server.On("/send", _ => new Reply(200));
        (await Bench.RunPlanAsync(Post, "--confirm", "--yes", "--max-cost-cents", "0")).Exits(0);
        Assert.Equal(1, Server.Count("/send"));
    }

    private void Keep(string name, string policy)
    {
        Directory.CreateDirectory(Path.Combine(Bench.Data, "policies"));
        File.WriteAllText(Path.Combine(Bench.Data, "policies", name), policy);
    }
}
