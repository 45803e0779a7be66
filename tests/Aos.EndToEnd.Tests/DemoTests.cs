using System.Text.Json.Nodes;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>The sixty-second tour.</summary>
public sealed class DemoTests : EndToEndTest
{
    [Fact]
    public async Task The_demo_fails_once_retries_tells_the_team_and_replays()
    {
        Bench.Set("COLUMNS", "80");
        var result = (await Bench.AosAsync("demo", "btc", "--data", Bench.Data)).Exits(0);

        foreach (var text in (string[])
                 [
                     "TIMEOUT", "the failure as data", "the failure catalog", "attempt 2 in",
                     "Bitcoin is at 104250.17 USD",
                     "price endpoint: 2 requests", "team's hook:    1 message", "completed", "✓ identical",
                     "What to try next",
                 ])
            Assert.Contains(text, result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_json_the_demo_prints_the_report_alone()
    {
        var report = (await Bench.AosAsync("demo", "btc", "--data", Bench.Data, "--json")).Exits(0).Json;

        Assert.Equal("completed", report.Text("status"));
        Assert.Equal(2, report.Step("fetch").At("attempts").GetInt32());
        Assert.Equal("104250.17", report.Text("output/price_usd"));
        Assert.True(
            (await Bench.AosAsync("replay", report.Text("run_id"), "--json")).Exits(0).Json.At("parity").GetBoolean());
    }

    [Fact]
    public void The_plan_of_the_example_is_the_one_that_its_rule_makes()
    {
        var folder = Path.Combine(Root(), "examples", "demo_btc");
        var plan = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "plan.json")))!.AsObject();
        var rule = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "rules.json")))!["rules"]![0]!["plan"]!;
        plan.Remove("goal");

        Assert.True(JsonNode.DeepEquals(plan, rule));
    }

    [Fact]
    public async Task The_files_of_the_example_run_against_endpoints_of_ones_own()
    {
        Server.On("/price", _ => new Reply(200, """{"data":{"amount":"5.5"}}""")).On("/hook", _ => new Reply(200));
        var folder = Path.Combine(Root(), "examples", "demo_btc");
        var report = (await Bench.AosAsync("run", "--plan", Path.Combine(folder, "plan.json"), "--agent",
            Path.Combine(folder, "profile.yaml"), "--json", "--input",
            $$"""{"price_url":"{{Server.Url("/price")}}","notify_url":"{{Server.Url("/hook")}}"}""")).Exits(0).Json;

        Assert.Equal("5.5", report.Text("output/price_usd"));
        Assert.Equal(
            """{"text":"Bitcoin is at 5.5 USD"}""", Server.Arrivals.Single(arrival => arrival.Path == "/hook").Body);
    }

    [Fact]
    public async Task The_example_of_a_planning_model_mends_its_plan_and_says_what_came_of_it()
    {
        var folder = Path.Combine(Root(), "examples", "planning");
        string[] asked = [
            "who is the oldest?", "--agent", Path.Combine(folder, "profile.yaml"), "--input",
            $"@{Path.Combine(folder, "input.json")}", "--json"];

        var report = (await Bench.AosAsync(["run", .. asked])).Exits(0).Json;

        Assert.Equal(("Grace", "Grace is 85"), (report.Text("output/oldest"), report.Text("output/said")));
        var events = (await Bench.TraceAsync(report.Text("run_id"))).Select(line => line.Text("type")).ToList();
        Assert.Equal(3, events.Count(type => type == "plan_requested"));
        Assert.Equal(1, events.Count(type => type == "plan_accepted"));
        Assert.True(
            (await Bench.AosAsync("replay", report.Text("run_id"), "--json")).Exits(0).Json.At("parity").GetBoolean());
        Assert.True((await Bench.AosAsync(["simulate", .. asked])).Exits(0).Json.At("feasible").GetBoolean());
        Assert.Contains(
            "nothing is left to do",
            (await Bench.AosAsync("run", asked[0], asked[1], asked[2], asked[3], asked[4])).Exits(0).Error,
            StringComparison.Ordinal);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Aos.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not inside the repository.");
        return folder;
    }
}
