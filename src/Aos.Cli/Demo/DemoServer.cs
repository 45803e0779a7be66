using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Aos.Cli.Demo;

/// <summary>The endpoints of the demo, on loopback: a price that is slow the first time, and the team's hook.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    /// <summary>What the price endpoint says, in the shape of a real price API.</summary>
    public const string Price = "104250.17";

    private const int PortTries = 20;
    private readonly HttpListener _listener;
    private readonly TimeProvider _time;
    private readonly TimeSpan _firstDelay;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _messages = new();
    private readonly Task _serving;
    private int _priceRequests;

    private DemoServer(HttpListener listener, int port, TimeProvider time, TimeSpan firstDelay)
    {
        (_listener, Port, _time, _firstDelay) = (listener, port, time, firstDelay);
        _serving = ServeAsync();
    }

    public int Port { get; }

    public string PriceUrl => $"http://127.0.0.1:{Port}/v2/prices/BTC-USD/spot";

    public string NotifyUrl => $"http://127.0.0.1:{Port}/hooks/team";

    /// <summary>How often the price was asked for.</summary>
    public int PriceRequests => Volatile.Read(ref _priceRequests);

    /// <summary>The bodies that the team's hook received, in order.</summary>
    public IReadOnlyList<string> Messages => [.. _messages];

    /// <summary>Starts on a free port.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="firstDelay">How long the first price request waits for its answer.</param>
    public static DemoServer Start(TimeProvider time, TimeSpan firstDelay)
    {
        for (var tried = 1; ; tried++)
        {
            var port = FreePort();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return new DemoServer(listener, port, time, firstDelay);
            }
            catch (HttpListenerException) when (tried < PortTries)
            {
                // Another process took the port in between.
                listener.Close();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Close();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    // HttpListener cannot choose a port itself.
    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (!_stop.IsCancellationRequested)
                answers.Add(AnswerAsync(await _listener.GetContextAsync().ConfigureAwait(false)));
        }
        catch (Exception error)
            when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed: nothing more comes.
        }
        await Task.WhenAll(answers).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var (status, body) = await RouteAsync(context.Request).ConfigureAwait(false);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body), _stop.Token)
                .ConfigureAwait(false);
            context.Response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or IOException or ObjectDisposedException
            or OperationCanceledException or InvalidOperationException)
        {
            // Whoever asked has gone, as the demo wants it the first time.
            context.Response.Abort();
        }
    }

    private async Task<(int Status, string Body)> RouteAsync(HttpListenerRequest request)
    {
        switch (request.HttpMethod, request.Url?.AbsolutePath)
        {
            case ("GET", "/v2/prices/BTC-USD/spot"):
                if (Interlocked.Increment(ref _priceRequests) == 1)
                    await Task.Delay(_firstDelay, _time, _stop.Token).ConfigureAwait(false);
                return (200, $$$"""{"data":{"base":"BTC","currency":"USD","amount":"{{{Price}}}"}}""");
            case ("POST", "/hooks/team"):
                _messages.Enqueue(await TextOfAsync(request).ConfigureAwait(false));
                return (200, """{"ok":true}""");
            default:
                return (404, """{"error":"the demo has no such endpoint"}""");
        }
    }

    private async Task<string> TextOfAsync(HttpListenerRequest request)
    {
        using var document =
            await JsonDocument.ParseAsync(request.InputStream, default, _stop.Token).ConfigureAwait(false);
        return document.RootElement.GetProperty("text").GetString() ?? "";
    }
}
