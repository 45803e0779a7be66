using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>Models as a person uses them, by the example, without a key and without a network.</summary>
public sealed class ModelTests : EndToEndTest
{
    private const string Letter = """{"letter":"I was charged twice!"}""";

    private static string Example(string file) =>
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "examples", "models", file));

    [Fact]
    public async Task The_example_falls_back_mends_and_replays_and_says_that_it_is_scripted()
    {
        string[] plan = ["--plan", Example("plan.json"), "--agent", Example("profile.yaml"), "--input", Letter];

        var foreseen = (await Bench.AosAsync(["simulate", .. plan, "--json"])).Exits(0).Json;
        var run = (await Bench.AosAsync(["run", .. plan, "--json"])).Exits(0);

        Assert.True(
            foreseen.GetProperty("worst_cost_cents").GetDecimal() >= run.Json.GetProperty("cost_cents").GetDecimal());
        Assert.Equal(
            ("billing-now", "scripted/spare-demo"), (run.Json.Text("output/queue"), run.Json.Text("output/by")));
        var events = await Bench.TraceAsync(run.Json.Text("run_id"));
        Assert.Equal(
            ["fast", "spare", "spare"],
            events.Where(e => e.Text("type") == "attempt_started" && e.Text("step_id") == "sort")
                .Select(e => e.Text("data/way")));
        Assert.True(
            run.Json.GetProperty("steps")[1].GetProperty("outcome").GetProperty("execution").GetProperty("tainted")
                .GetBoolean());
        (await Bench.AosAsync("replay", run.Json.Text("run_id"))).Exits(0);
    }

    [Fact]
    public async Task Models_are_listed_with_prices_and_keys_and_a_file_of_prices_adds_to_them()
    {
        Bench.Set("THERE", "a-key-of-a-test");
        var profile = Bench.Write("agent.yaml", """
            agent_id: a
            models:
              one: { provider: openai, model: our-own, api_key: { $secret: THERE } }
              two: { provider: openai, model: our-own, api_key: { $secret: NOT_THERE_AT_ALL } }
            """);
        Assert.Equal(
            "none",
            (await Bench.AosAsync("models", "--agent", profile, "--json")).Exits(0).Json.Text("0/price_source"));
        Directory.CreateDirectory(Bench.Data);
        File.WriteAllText(Path.Combine(Bench.Data, "prices.yaml"), """
            version: ours
            models:
              - { provider: openai, model: our-own, price: { input_per_mtok_usd: 2, output_per_mtok_usd: 8 }, source: contract, date: "2026-02-01" }
            """);

        var listed = (await Bench.AosAsync("models", "--agent", profile, "--json")).Exits(0).Json;

        Assert.EndsWith("+ours", listed.Text("0/price_source"), StringComparison.Ordinal);
        Assert.Equal(
            (true, false),
            (listed[0].GetProperty("key_is_there").GetBoolean(), listed[1].GetProperty("key_is_there").GetBoolean()));
        File.WriteAllText(Path.Combine(Bench.Data, "prices.json"), "{}");
        Assert.Contains("both there", (await Bench.AosAsync("models")).Exits(2).Error, StringComparison.Ordinal);
    }
}
