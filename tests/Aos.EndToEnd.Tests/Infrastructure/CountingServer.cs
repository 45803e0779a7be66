using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aos.EndToEnd.Tests.Infrastructure;

/// <summary>A request as it arrived.</summary>
public sealed record Arrival(string Method, string Path, string? IdempotencyKey, string Body)
{
    /// <summary>The fields of its head, by lower-case name.</summary>
    public IReadOnlyDictionary<string, string> Head { get; init; } = new Dictionary<string, string>();
}

/// <summary>What the server answers.</summary>
public sealed record Reply(int Status, string Body = "{}", string? RetryAfter = null, string Type = "application/json");

/// <summary>The world outside: a real HTTP server on loopback that keeps every request.</summary>
public sealed class CountingServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Arrival> _arrivals = new();
    private readonly ConcurrentDictionary<string, Func<int, Arrival, Task<Reply>>> _routes =
        new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<(string Path, int Count, TaskCompletionSource Source)> _awaited = [];
    private readonly CancellationTokenSource _closing = new();

    private CountingServer(WebApplication app) => _app = app;

    /// <summary>Every request, in order.</summary>
    public IReadOnlyList<Arrival> Arrivals => [.. _arrivals];

    public static async Task<CountingServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new CountingServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public string Url(string path) => _app.Urls.First() + path;

    /// <summary>How often a path was asked for.</summary>
    public int Count(string path) => _counts.GetValueOrDefault(path);

    /// <summary>What a path answers, by the number of the request from 1.</summary>
    public CountingServer On(string path, Func<int, Reply> reply) =>
        On(path, (number, _) => Task.FromResult(reply(number)));

    public CountingServer On(string path, Func<int, Arrival, Task<Reply>> reply)
    {
        _routes[path] = reply;
        return this;
    }

    /// <summary>Lets a path wait for the gate before it answers, from the first to the given number of
    /// requests.</summary>
    public CountingServer Hold(string path, Task gate, int requests = 1) => On(path, async (number, _) =>
    {
        if (number <= requests) await gate.WaitAsync(_closing.Token);
        return new Reply(200);
    });

    /// <summary>Ends when so many requests for a path have arrived.</summary>
    public Task ArrivedAsync(string path, int count = 1)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited.Add((path, count, source));
        if (Count(path) >= count) source.TrySetResult();
        return source.Task.WaitAsync(Cli.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _app.DisposeAsync();
        _closing.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var path = context.Request.Path.Value ?? "";
        var arrival = new Arrival(context.Request.Method, path,
            context.Request.Headers["Idempotency-Key"].FirstOrDefault(), await reader.ReadToEndAsync())
        {
            Head = context.Request.Headers.ToDictionary(
                field => field.Key.ToLowerInvariant(), field => field.Value.ToString(), StringComparer.Ordinal),
        };
        _arrivals.Enqueue(arrival);
        var number = _counts.AddOrUpdate(path, 1, (_, count) => count + 1);
        foreach (var (awaited, count, source) in _awaited)
            if (awaited == path && number >= count) source.TrySetResult();
        var reply = _routes.TryGetValue(path, out var route) ? await route(number, arrival) : new Reply(404, "{}");
        context.Response.StatusCode = reply.Status;
        if (reply.RetryAfter is not null) context.Response.Headers.RetryAfter = reply.RetryAfter;
        context.Response.ContentType = reply.Type;
        await context.Response.WriteAsync(reply.Body);
    }
}
