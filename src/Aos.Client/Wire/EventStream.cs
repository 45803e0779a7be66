using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Runs;

namespace Aos.Client.Wire;

/// <summary>The events of a run as a stream that is taken up where it was cut: nothing is lost, nothing comes
/// twice.</summary>
internal sealed class EventStream(Line line, string path)
{
    private const string Type = "text/event-stream";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // The server says something every 15 seconds.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(45);
    private readonly TimeProvider _time = line.Time;

    /// <exception cref="AosServerException">The server refused, or was away for longer than the client is
    /// patient.</exception>
    public async IAsyncEnumerable<TraceLine> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (last, goneSince) = (after, _time.GetTimestamp());
        while (true)
        {
            var question = new Question(HttpMethod.Get, path) { After = last };
            var (response, failure, mayHelp) = await line.OpenAsync(question, Type, cancel).ConfigureAwait(false);
            if (response is null)
            {
                if (!mayHelp || _time.GetElapsedTime(goneSince) > line.Options.Patience)
                    throw new AosServerException(failure!);
            }
            else
            {
                using var _ = response;
                if (response.StatusCode == HttpStatusCode.NoContent) yield break;
                await foreach (var e in EventsAsync(response, cancel).ConfigureAwait(false))
                {
                    if (e.Seq <= last) continue;
                    if (e.Seq != last + 1)
                        throw new AosServerException(line.Failures.Unknown($"event {e.Seq} follows on event {last}"));
                    last = e.Seq;
                    yield return e;
                    if (e.Event is RunEvent.RunEnded) yield break;
                }
                goneSince = _time.GetTimestamp();
            }
            await Task.Delay(Pause, _time, cancel).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<TraceLine> EventsAsync(
        HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var reader = new StreamReader(
            await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), Encoding.UTF8);
        using var silence = new CancellationTokenSource(SilenceMax, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancel);
        var data = new StringBuilder();
        while (await ReadAsync(reader, both.Token, cancel).ConfigureAwait(false) is { } text)
        {
            silence.CancelAfter(SilenceMax);
            if (text.StartsWith("data:", StringComparison.Ordinal))
            {
                if (data.Length > 0) data.Append('\n');
                data.Append(text.AsSpan(text.StartsWith("data: ", StringComparison.Ordinal) ? 6 : 5));
            }
            else if (text.Length == 0 && data.Length > 0)
            {
                yield return Parse(data.ToString());
                data.Clear();
            }
        }
    }

    private TraceLine Parse(string data)
    {
        try
        {
            return TraceLine.Parse(Encoding.UTF8.GetBytes(data));
        }
        catch (JsonException mistake)
        {
            throw new AosServerException(line.Failures.Unknown($"an event cannot be read: {mistake.Message}"));
        }
    }

    // A line of a connection that breaks or falls silent is no line: the stream is taken up after the last whole event.
    private static async ValueTask<string?> ReadAsync(
        StreamReader reader, CancellationToken enough, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadLineAsync(enough).ConfigureAwait(false);
        }
        catch (Exception cut) when (Line.IsOfLine(cut, cancel))
        {
            return null;
        }
    }
}
