using System.Text;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Access;

namespace Aos.Server.Api;

/// <summary>The events of runs: as lines, and as a stream that can be taken up where it was cut.</summary>
internal static class EventsApi
{
    private const string Tag = "events";
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private static readonly Parameter After = new("after", "query", """{"type":"integer","minimum":0,"default":0}""",
        "Only events after this number.");

    public static IEnumerable<Operation> All =>
    [
        new() { Id = "trace_run", Method = "GET", Path = "/v1/runs/{run_id}/trace", Tag = Tag, Right = Rights.RunsRead,
            Answer = TraceAsync,
            Summary = "The events of a run so far, one JSON value a line.", Produces = "application/x-ndjson",
            Parameters = [After] },
        new() { Id = "stream_events", Method = "GET", Path = "/v1/runs/{run_id}/events", Tag = Tag,
            Right = Rights.RunsRead, Answer = StreamAsync,
            Summary = "The events of a run as server-sent events, until it ends. `id` is the number of the event: "
                + "with `Last-Event-ID` the stream goes on after it. 204: the run has ended, and there is nothing more.",
            Produces = "text/event-stream", IsStream = true, Parameters =
            [
                After, new(
                    "Last-Event-ID", "header", """{"type":"string"}""",
                    "The number of the last event that was received."),
            ] },
    ];

    private static async Task<Reply> TraceAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var after = call.Seq(call.Query("after"), "after");
        if (await call.Runtime.ReportAsync(run, call.Cancel)
            .ConfigureAwait(false) is { Value: null, Outcome: var refused }) return new Reply.Refused(refused);
        return new Reply.Stream(async (response, cancel) =>
        {
            await foreach (var line in call.Runtime.TraceAsync(run, after, follow: false, cancel).ConfigureAwait(false))
                await response.WriteAsync(line.ToJson() + "\n", cancel).ConfigureAwait(false);
        });
    }

    private static async Task<Reply> StreamAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var after = call.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last]
            ? call.Seq(last, "Last-Event-ID") : call.Seq(call.Query("after"), "after");
        var known = await call.Runtime.ReportAsync(run, call.Cancel).ConfigureAwait(false);
        if (known.Value is not { } report) return new Reply.Refused(known.Outcome);
        if (report.Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled
            && !await AnyAsync(call, run, after).ConfigureAwait(false)) return new Reply.Empty(204);
        return new Reply.Stream((response, cancel) => WriteAsync(call, run, after, response, cancel));
    }

    private static async ValueTask<bool> AnyAsync(Call call, RunId run, long after)
    {
        await foreach (var _ in call.Runtime.TraceAsync(run, after, follow: false, call.Cancel).ConfigureAwait(false))
            return true;
        return false;
    }

    private static async Task WriteAsync(
        Call call, RunId run, long after, HttpResponse response, CancellationToken cancel)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel, call.Server.Closing);
        await response.WriteAsync("retry: 1000\n\n", ends.Token).ConfigureAwait(false);
        await response.Body.FlushAsync(ends.Token).ConfigureAwait(false);
        var events = call.Runtime.TraceAsync(run, after, follow: true, ends.Token).GetAsyncEnumerator(ends.Token);
        await using var _ = events.ConfigureAwait(false);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            while (await NextAsync(next, call, response, ends.Token).ConfigureAwait(false))
            {
                await response.WriteAsync(Text(events.Current), ends.Token).ConfigureAwait(false);
                next = events.MoveNextAsync().AsTask();
                if (!next.IsCompleted) await response.Body.FlushAsync(ends.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            // What is being read cannot be disposed of before it has come back.
            await ends.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Proxies close what is silent, and clients want to see that the server lives.
    private static async Task<bool> NextAsync(
        Task<bool> next, Call call, HttpResponse response, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await next.WaitAsync(KeepAlive, call.Server.Time, cancel).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await response.WriteAsync(": still here\n\n", cancel).ConfigureAwait(false);
                await response.Body.FlushAsync(cancel).ConfigureAwait(false);
            }
        }
    }

    private static string Text(TraceLine line)
    {
        var json = line.ToJson();
        var type = Payload.FromUtf8(Encoding.UTF8.GetBytes(json)).Element.GetProperty("type").GetString();
        return $"id: {line.Seq}\nevent: {type}\ndata: {json}\n\n";
    }
}
