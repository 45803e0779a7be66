using Aos.EndToEnd.Tests.Infrastructure;
using Aos.Server.Settings;
using Aos.Storage.Tests.Postgres;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>A server whose store is PostgreSQL: while it is there, while it is not, and when it is back.</summary>
public sealed class PostgresServedTests : ServerTest
{
    private string? _store;

    private protected override ServerSettings Settings =>
        base.Settings with { Store = _store, AdoptSeconds = 1, DrainSeconds = 0 };

    [Fact]
    public async Task A_server_stays_while_its_store_is_away_and_goes_on_with_its_runs_when_it_is_back()
    {
        await using var database = await PostgresServer.StartAsync();
        _store = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) is var parts
            ? $"postgres://{parts.Username}@{parts.Host}:{parts.Port}/{parts.Database}" : null;
        Http.Dispose();
        await Running.DisposeAsync();
        await StartAsync();
        var key = await KeyAsync("operator");
        var gate = new TaskCompletionSource();
        World.Hold("/slow", gate.Task).On("/next", _ => new Reply(200));
        (await SendAsync(
            "PUT", "/v1/agents/clerk",
            """{"agent_id":"clerk","skills":["http_call@1"],"network":{"allow":["127.0.0.1"]}}""",
            await KeyAsync("admin"))).Is(201);
        string Body(params string[] steps) =>
            $$"""{ "plan": { "steps": [ {{string.Join(",", steps)}} ] }, "agent_id": "clerk" }""";
        var run = (await PostAsync("/v1/runs", Body(Call("slow", "/slow"),
            Call("next", "/next", "\"depends_on\": [\"slow\"]").Replace("GET", "POST", StringComparison.Ordinal)),
                key)).Is(202).Json.Text("run_id");
        await World.ArrivedAsync("/slow");
        (await SendAsync("GET", "/ready", null, null)).Is(200);

        await database.KillAsync();
        gate.SetResult(); // The answer comes while nobody can write it down.
        await UntilAsync(() => SendAsync("GET", "/ready", null, null), ready => ready.Status == 503);
        Assert.Equal(
            "STORAGE_UNAVAILABLE",
            (await PostAsync("/v1/runs", Body(Call("a", "/next")), key)).Is(503).Json.Text("code"));
        Assert.Equal("STORAGE_UNAVAILABLE", (await GetAsync($"/v1/runs/{run}", key)).Is(503).Json.Text("code"));
        // Whoever looks for runs of others finds no store, and says so.
        Assert.All(
            await Running.Parts.Runtime.AdoptAsync(Cancel),
            refused => Assert.Equal("STORAGE_UNAVAILABLE", refused.Code.Value));
        (await SendAsync("GET", "/health", null, null)).Is(200);

        await database.StartAgainAsync();
        await UntilAsync(() => SendAsync("GET", "/ready", null, null), ready => ready.Status == 200);
        var report = await UntilAsync(
            () => GetAsync($"/v1/runs/{run}?wait_seconds=5", key),
            answer => answer.Status == 200 && answer.Json.Text("status") != "running");
        Assert.Equal("completed", report.Json.Text("status"));
        Assert.Single(
            World.Arrivals.Where(arrival => arrival.Path == "/next")
                .Select(arrival => arrival.IdempotencyKey).Distinct());
        Assert.Equal(
            "completed",
            (await PostAsync("/v1/runs?wait_seconds=60", Body(Call("a", "/next")), key)).Is(200).Json.Text("status"));
    }
}
