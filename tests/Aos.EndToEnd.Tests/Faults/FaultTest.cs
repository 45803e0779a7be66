using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Faults;

/// <summary>A test that mistreats a server, which is a process of its own.</summary>
public abstract class FaultTest : EndToEndTest
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The key of an administrator, made before the server starts.</summary>
    protected string Key { get; private set; } = "";

    protected Uri Address { get; private set; } = null!;

    /// <summary>A client that does nothing wrong.</summary>
    protected HttpClient Http { get; private set; } = null!;

    private protected async Task<Infrastructure.Cli> ServeAsync(params string[] settings)
    {
        if (Key.Length == 0) Key = await NewKeyAsync("admin");
        var server = Bench.Start(["serve", "--", "--listen", "http://127.0.0.1:0", .. settings]);
        await server.SaysAsync("listening on");
        Address = new Uri(server.Said.Split("listening on ")[1].Split('\n')[0].Trim());
        Http = ClientOf(Key);
        return server;
    }

    protected async Task<string> NewKeyAsync(string role) =>
        (await Bench.AosAsync("keys", "create", "--role", role, "--json")).Exits(0).Json.Text("key");

    protected HttpClient ClientOf(string key)
    {
        var http = new HttpClient { BaseAddress = Address, Timeout = Infrastructure.Cli.Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>A request as it goes over the wire.</summary>
    protected string Request(string method, string path, string? body = null, string more = "") =>
        $"{method} {path} HTTP/1.1\r\nHost: {Address.Authority}\r\nAuthorization: Bearer {Key}\r\nAccept: application/json, text/event-stream\r\n{more}"
        + (body is null ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    protected string Submission(params string[] steps) => $$"""
        { "plan": {{Plan(steps)}}, "profile": { "agent_id": "tester", "skills": ["http_call@1", "json_transform@1"], "network": { "allow": ["127.0.0.1"] } } }
        """;

    protected static string Transform(string id) =>
        $$"""{ "id": "{{id}}", "skill": "json_transform@1", "input": { "data": {"a":1}, "expression": "a" } }""";

    protected static async Task<(int Status, string Text)> PostAsync(
        HttpClient http, string path, string body, string? key = null)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null) content.Headers.Add("Idempotency-Key", key);
        using var response = await http.PostAsync(path, content, Cancel);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>Somebody else's run, begun and ended while the server is mistreated.</summary>
    protected async Task OthersAreServedAsync()
    {
        var (status, text) = await PostAsync(Http, "/v1/runs?wait_seconds=60", Submission(Transform("t")));
        Assert.True(status == 200, text);
        Assert.Equal("completed", JsonDocument.Parse(text).RootElement.Text("status"));
    }
}
