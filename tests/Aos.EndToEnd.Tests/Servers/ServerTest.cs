using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Api;
using Aos.Contracts.Values;
using Aos.EndToEnd.Tests.Infrastructure;
using Aos.Server.Hosting;
using Aos.Server.Settings;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>An answer of the server.</summary>
public sealed record Answered(int Status, string Text, HttpResponseMessage Message)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public Answered Is(int status)
    {
        Assert.True(
            Status == status,
            $"{Message.RequestMessage!.Method} {Message.RequestMessage.RequestUri}: {Status} instead of {status}\n{Text}");
        return this;
    }
}

/// <summary>A test with a server of its own, on loopback and a port of the system's choice.</summary>
public abstract class ServerTest : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aos-server-").FullName;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected RunningServer Running { get; private set; } = null!;

    protected HttpClient Http { get; private set; } = null!;

    protected CountingServer World { get; private set; } = null!;

    /// <summary>The key of an administrator of tenant <c>local</c>.</summary>
    protected string Admin { get; private set; } = "";

    private protected virtual ServerSettings Settings =>
        new() { Data = Path.Combine(_folder, "data"), Listen = [new Uri("http://127.0.0.1:0")] };

    protected string Address => Running.Addresses[0];

    public async ValueTask InitializeAsync()
    {
        World = await CountingServer.StartAsync();
        await StartAsync();
        Admin = await KeyAsync("admin");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        await Running.DisposeAsync();
        await World.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected async Task StartAsync()
    {
        Running = await RunningServer.StartAsync(Settings, TimeProvider.System, Cancel);
        Http = new HttpClient { BaseAddress = new Uri(Address), Timeout = Infrastructure.Cli.Patience };
    }

    /// <summary>Makes a key.</summary>
    protected async Task<string> KeyAsync(string role, string tenant = "local", params string[] scopes) =>
        (await Running.Parts.Keys.CreateAsync(
            new ApiKeySubmission { Name = role, Roles = [role], Scopes = [.. scopes] }, tenant, "test", Cancel)).Key;

    protected Task<Answered> GetAsync(string path, string? key = null) => SendAsync("GET", path, null, key ?? Admin);

    protected Task<Answered> PostAsync(
        string path, string? body, string? key = null, params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, body, key ?? Admin, headers);

    protected async Task<Answered> SendAsync(
        string method, string path, string? body, string? key, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (!string.IsNullOrEmpty(key)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        var response = await Http.SendAsync(request, Cancel);
        return new Answered((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), response);
    }

    /// <summary>Asks until the answer is good, for as long as tests wait for anything.</summary>
    protected static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isGood)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (isGood(answer)) return answer;
            Assert.True(
                clock.Elapsed < Infrastructure.Cli.Patience, $"after {clock.Elapsed} the answer is still {answer}");
            await Task.Yield();
        }
    }

    /// <summary>A submission whose agent may reach the world of the test.</summary>
    protected string Submission(params string[] steps) => $$"""
        { "plan": { "steps": [ {{string.Join(", ", steps)}} ] },
          "profile": { "agent_id": "tester", "skills": ["http_call@1", "json_transform@1"], "network": { "allow": ["127.0.0.1"] } } }
        """;

    protected string Call(string id, string path, string more = "") =>
        $$"""{ "id": "{{id}}", "skill": "http_call@1", "input": { "url": "{{World.Url(path)}}", "method": "GET" }{{(more == "" ? "" : ", " + more)}} }""";

    protected static string Transform(string id, string expression = "a", string data = """{"a":1}""") =>
        $$"""{ "id": "{{id}}", "skill": "json_transform@1", "input": { "data": {{data}}, "expression": "{{expression}}" } }""";

    /// <summary>Begins a run and waits for it.</summary>
    protected async Task<JsonElement> RunAsync(string submission, string? key = null)
    {
        var begun = await PostAsync("/v1/runs?wait_seconds=60", submission, key);
        Assert.True(begun.Status is 200 or 202, begun.Text);
        return begun.Json;
    }

    protected static RunId IdOf(JsonElement report) => RunId.Parse(report.Text("run_id"));
}
