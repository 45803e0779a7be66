namespace Aos.EndToEnd.Tests.Infrastructure;

/// <summary>A test with a bench and a world of its own.</summary>
public abstract class EndToEndTest : IAsyncLifetime
{
    protected Bench Bench { get; } = new();

    protected CountingServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await CountingServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Bench.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>A step that calls the server, as JSON.</summary>
    protected string Call(string id, string path, string method = "GET", string more = "") =>
        $$"""{ "id": "{{id}}", "skill": "http_call@1", "input": { "url": "{{Server.Url(path)}}", "method": "{{method}}" }{{(more == "" ? "" : ", " + more)}} }""";

    /// <summary>A plan of steps, as JSON.</summary>
    protected static string Plan(params string[] steps) => $$"""{ "steps": [ {{string.Join(", ", steps)}} ] }""";
}
