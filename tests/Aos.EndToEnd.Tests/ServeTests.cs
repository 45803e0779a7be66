using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>The server as a process: how it starts, drains, dies and is started again.</summary>
public sealed partial class ServeTests : EndToEndTest
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [GeneratedRegex("listening on (?<address>http://[^\\s]+)", RegexOptions.None, 1_000)]
    private static partial Regex Address();

    [GeneratedRegex("aos_[0-9a-z]{12}_[0-9a-z]{58}", RegexOptions.None, 1_000)]
    private static partial Regex Key();

    private async Task<(Infrastructure.Cli Process, HttpClient Http)> ServeAsync(
        string? key = null, params string[] more)
    {
        var process = Bench.Start(["serve", "--", "--listen", "http://127.0.0.1:0", .. more]);
        await process.SaysAsync(key is null ? "$AOS_SERVER/v1/runs" : "listening on");
        var http = new HttpClient
        {
            BaseAddress = new Uri(Address().Match(process.Said).Groups["address"].Value),
            Timeout = Infrastructure.Cli.Patience
        };
        http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", key ?? Key().Match(process.Said).Value);
        return (process, http);
    }

    private string Submission(params string[] steps) => $$"""
        { "plan": {{Plan(steps)}}, "profile": { "agent_id": "tester", "skills": ["http_call@1"], "network": { "allow": ["127.0.0.1"] } } }
        """;

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(path, content, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path) =>
        JsonDocument.Parse(await http.GetStringAsync(path, Cancel)).RootElement;

    [Fact]
    public async Task The_first_start_prints_a_key_once_and_the_next_one_none()
    {
        var (first, http) = await ServeAsync();
        Assert.Equal("admin", (await GetAsync(http, "/v1/whoami")).Text("roles/0"));
        first.Terminate();
        (await first.EndAsync()).Exits(0);

        var (second, again) = await ServeAsync(Key().Match(first.Said).Value);
        Assert.Equal("admin", (await GetAsync(again, "/v1/whoami")).Text("roles/0"));
        Assert.DoesNotMatch(Key(), second.Said);
    }

    [Fact]
    public async Task A_server_that_is_asked_to_end_lets_calls_in_flight_come_back()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/slow", gate.Task);
        var (process, http) = await ServeAsync();
        var run =
            (await PostAsync(
                http, "/v1/runs",
                Submission(Call("slow", "/slow"), Call("next", "/next", more: "\"depends_on\": [\"slow\"]")))).Text(
                    "run_id");
        await Server.ArrivedAsync("/slow");
        process.Terminate();
        await process.SaysAsync("Draining: 1 calls are in flight");

        Assert.Equal(503, (int)(await http.GetAsync("/ready", Cancel)).StatusCode);
        Assert.Equal(200, (int)(await http.GetAsync("/health", Cancel)).StatusCode);
        gate.SetResult();
        (await process.EndAsync()).Exits(0);

        var events = await Bench.TraceAsync(run);
        Assert.Single(events.OfType("attempt_returned"));
        Assert.Equal(0, Server.Count("/next"));
    }

    [Fact]
    public async Task A_server_goes_on_with_the_runs_of_one_that_was_killed()
    {
        var gate = new TaskCompletionSource();
        Server.On("/slow", async (number, _) =>
        {
            if (number == 1) await gate.Task;
            return new Reply(200);
        });
        Server.On("/next", _ => new Reply(200));
        var (first, http) = await ServeAsync();
        var run =
            (await PostAsync(
                http, "/v1/runs",
                Submission(Call("slow", "/slow"), Call("next", "/next", more: "\"depends_on\": [\"slow\"]")))).Text(
                    "run_id");
        await Server.ArrivedAsync("/slow");
        first.Crash();
        await first.EndAsync();

        var (_, again) = await ServeAsync(Key().Match(first.Said).Value);

        Assert.Equal("completed", (await GetAsync(again, $"/v1/runs/{run}?wait_seconds=60")).Text("status"));
        Assert.Equal((2, 1), (Server.Count("/slow"), Server.Count("/next")));
        gate.SetResult();
    }

    [Fact]
    public async Task A_server_whose_own_store_fails_takes_no_work_and_ends_so_that_the_next_one_can_look()
    {
        var (process, http) = await ServeAsync(key: null, "--adopt-seconds", "1");
        Server.On("/next", _ => new Reply(200));
        RawDatabase.Execute(Bench.Database, "ALTER TABLE segments RENAME TO elsewhere");
        using var body = new StringContent(Submission(Call("a", "/next")), Encoding.UTF8, "application/json");
        using (var refused = await http.PostAsync("/v1/runs", body, Cancel)) Assert.False(refused.IsSuccessStatusCode);
        using (var ready = await http.GetAsync("/ready", Cancel)) Assert.Equal(503, (int)ready.StatusCode);

        Assert.Contains(
            "it ends, and the next one goes on", (await process.EndAsync()).Exits(1).Error, StringComparison.Ordinal);

        RawDatabase.Execute(Bench.Database, "ALTER TABLE elsewhere RENAME TO segments");
        var (_, again) = await ServeAsync(Key().Match(process.Said).Value);
        Assert.Equal(
            "completed",
            (await PostAsync(again, "/v1/runs?wait_seconds=60", Submission(Call("a", "/next")))).Text("status"));
    }

    [Fact]
    public async Task Every_mistake_of_the_configuration_is_named_at_once()
    {
        Directory.CreateDirectory(Bench.Data);
        await File.WriteAllTextAsync(
            Path.Combine(Bench.Data, "server.yaml"), "listne: http://127.0.0.1:1\ndrain_seconds: long\n", Cancel);
        Bench.Set("AOS_STORE", "mysql://somewhere");

        var refused =
            (await Bench.AosAsync(
                "serve", "--", "--requests-max", "0", "--oidc-audience", "x", "--connections-max", "5")).Exits(2);

        string[] expected = [
            "there is no setting 'listne'. Did you mean 'listen'?", "drain_seconds: is not a whole number",
            "AOS_STORE: is no address", "--requests-max: is not a whole number", "without oidc_authority",
            "connections_max: 5 connections cannot carry"];
        foreach (var text in expected) Assert.Contains(text, refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("mysql", refused.Error, StringComparison.Ordinal);
        Assert.Equal(
            5, (await Bench.AosAsync("--json", "serve", "--", "--requests-max", "0", "--oidc-audience", "x")).Exits(
                2).Json.At("failure/details").GetArrayLength());
    }

    [Fact]
    public async Task An_address_that_is_taken_is_named_without_a_stack()
    {
        var refused =
            (await Bench.AosAsync(
                "serve", "--", "--listen", new Uri(Server.Url("/")).GetLeftPart(UriPartial.Authority))).Exits(2);

        Assert.Contains("address already in use", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_does_not_listen_beyond_loopback_while_nobody_has_a_key()
    {
        var refused = (await Bench.AosAsync("serve", "--", "--listen", "http://0.0.0.0:0")).Exits(2);
        Assert.Contains("nobody has a key yet", refused.Error, StringComparison.Ordinal);

        var made = (await Bench.AosAsync("keys", "create", "--role", "viewer", "--json")).Exits(0).Json;
        var (process, http) = await ServeAsync(made.Text("key"));
        Assert.Equal("viewer", (await GetAsync(http, "/v1/whoami")).Text("roles/0"));
        (await Bench.AosAsync("keys", "revoke", made.Text("info/key_id"))).Exits(0);
        Assert.Equal(401, (int)(await http.GetAsync("/v1/whoami", Cancel)).StatusCode);
        process.Terminate();
        (await process.EndAsync()).Exits(0);
    }
}
