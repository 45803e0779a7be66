using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>What may be spent: <c>aos budget</c>.</summary>
public sealed class BudgetTests : EndToEndTest
{
    [Fact]
    public async Task The_limits_of_the_tenant_are_shown_and_set()
    {
        var before = await Bench.AosAsync("budget", "--json");
        Assert.Equal(0, before.ExitCode);
        Assert.Contains("\"limit_cents\":2000", before.Out, StringComparison.Ordinal);

        var set =
            await Bench.AosAsync("budget", "--per-day", "500", "--per-month", "9000", "--time-zone", "Europe/Berlin");
        Assert.Equal(0, set.ExitCode);
        Assert.Contains("500¢", set.Out, StringComparison.Ordinal);
        Assert.Contains("9000¢", set.Out, StringComparison.Ordinal);
        Assert.Contains("Europe/Berlin", set.Out, StringComparison.Ordinal);

        var after = await Bench.AosAsync("budget", "--per-month", "none", "--json");
        Assert.Contains("\"tenant_version\":3", after.Out, StringComparison.Ordinal);
        Assert.Contains("\"limit_cents\":500", after.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("9000", after.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_over_a_rate_wait_also_after_a_kill_and_fail_where_there_is_no_time()
    {
        var plan =
            """{ "steps": [ { "id": "a", "skill": "json_transform@1", "input": { "data": 1, "expression": "@" } } ] }""";
        var patient = Bench.Write("patient.json", """
            { "agent_id": "pacer", "skills": ["json_transform@1"], "limits": { "rates": [{ "skill": "json_transform", "calls": 1, "per_seconds": 7200 }] } }
            """);
        var hasty = Bench.Write("hasty.json", """
            { "agent_id": "pacer", "skills": ["json_transform@1"],
              "limits": { "max_run_seconds": 3600, "rates": [{ "skill": "json_transform", "calls": 1, "per_seconds": 7200 }] } }
            """);
        var file = Bench.Write("rated.json", plan);
        (await Bench.AosAsync("run", "--plan", file, "--agent", patient, "--json")).Exits(0);
        var waiting = Bench.Start("run", "--plan", file, "--agent", patient, "--json");
        await waiting.SaysAsync("(rate)");
        waiting.Crash();
        await waiting.EndAsync();

        var late = (await Bench.AosAsync("run", "--plan", file, "--agent", hasty, "--json")).Exits(1).Json;
        var shown = (await Bench.AosAsync("budget", "pacer", "--json")).Exits(0).Json;

        Assert.Equal("RATE_EXCEEDED", late.Text("code"));
        Assert.Equal(("pacer", "json_transform", "1", "1"),
            (shown.Text("rates/0/name"), shown.Text("rates/0/skill"), shown.Text("rates/0/used"),
                shown.Text("rates/0/waiting")));
        Assert.Matches(
            @"agent pacer +json_transform +1 in 2 h 0 min +1 +1 +in 3 h 59 min",
            (await Bench.AosAsync("budget", patient)).Exits(0).Out);
    }

    [Fact]
    public async Task What_a_run_is_not_given_it_cannot_cost_and_what_is_refused_does_not_begin()
    {
        Bench.Write("answers.json", """{"answers":[{"text":"7","input_tokens":5,"output_tokens":20}]}""");
        var agent = Bench.Write("spender.json", """
            { "agent_id": "spender", "skills": ["llm_invoke@1"], "budget": { "per_run_cents": 5, "per_day_cents": 6 },
              "models": { "m": { "provider": "scripted", "model": "demo", "script": "answers.json",
                                 "price": { "input_per_mtok_usd": 0, "output_per_mtok_usd": 1000 } } } }
            """);
        // Two cents a call, and eight at worst.
        var plan = Bench.Write(
            "paid.json",
            """{ "steps": [ { "id": "a", "skill": "llm_invoke@1", "input": { "model": "m", "prompt": "x", "max_tokens": 20 } } ] }""");

        (await Bench.AosAsync("run", "--plan", plan, "--agent", agent, "--max-cost-cents", "4", "--json")).Exits(5);
        var trials =
            (await Bench.AosAsync(
                "simulate", "--plan", plan, "--agent", agent, "--budget", "6", "--budget", "7")).Exits(0).Out;
        Assert.Matches("6¢ +2¢ +8¢ +no +1 of 1 +OK\\s", trials);
        Assert.Matches("7¢ +2¢ +8¢ +no +0 of 1 +AGENT_BUDGET_EXCEEDED\\s", trials);
        (await Bench.AosAsync("run", "--plan", plan, "--agent", agent, "--max-cost-cents", "5", "--json")).Exits(0);
    }

    [Fact]
    public async Task A_limit_or_a_zone_that_is_none_is_refused_and_changes_nothing()
    {
        Assert.Equal(2, (await Bench.AosAsync("budget", "--per-day", "-1")).ExitCode);
        Assert.Equal(2, (await Bench.AosAsync("budget", "--per-day", "much")).ExitCode);
        var zone = await Bench.AosAsync("budget", "--time-zone", "Mars/Olympus");
        Assert.Equal(2, zone.ExitCode);
        Assert.Contains("Mars/Olympus", zone.Error, StringComparison.Ordinal);
        Assert.Contains(
            "\"tenant_version\":1", (await Bench.AosAsync("budget", "--json")).Out, StringComparison.Ordinal);
    }
}
