using System.Net;
using System.Text;
using Aos.Client;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Tests.Clients;

/// <summary>The stream of events that is cut and taken up.</summary>
public sealed class EventStreamTests
{
    private static readonly RunId Run = RunId.Parse("run_00000001");
    private static readonly Func<HttpRequestMessage, HttpResponseMessage> Over =
        _ => new HttpResponseMessage(HttpStatusCode.NoContent);
    private readonly HastyTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Event(long seq) =>
        $"id: {seq}\nevent: time_reached\ndata: {{\"seq\":{seq},\"at\":\"2026-01-01T00:00:00Z\",\"type\":\"time_reached\",\"data\":{{}}}}\n\n";

    private async Task<List<long>> ReadAsync(Scripted server, long after = 0)
    {
        using var http = new HttpClient(server);
        using var client = new AosClient(http, new AosClientOptions { Server = new Uri("http://aos.test") }, _time);
        var seen = new List<long>();
        await foreach (var line in client.EventsAsync(Run, after, Cancel)) seen.Add(line.Seq);
        return seen;
    }

    [Fact]
    public async Task A_stream_that_is_cut_goes_on_after_the_last_whole_event()
    {
        var server = new Scripted(Scripted.Stream("retry: 1000\n\n" + Event(1) + Event(2) + Event(3)[..^4]),
            Scripted.Broken(HttpRequestError.ConnectionError),
            Scripted.Problem(ErrorCodes.StorageUnavailable, HttpStatusCode.ServiceUnavailable),
            Scripted.Stream(": still here\n\n" + Event(3) + Event(4)), Over);

        Assert.Equal([1, 2, 3, 4], await ReadAsync(server));
        Assert.Equal(["0", "2", "2", "2", "4"], server.Asked.Select(asked => asked.Split("Last-Event-ID=")[1]));
    }

    [Fact]
    public async Task What_is_sent_twice_comes_once_and_what_is_left_out_is_noticed()
    {
        Assert.Equal(
            [2, 3],
            await ReadAsync(
                new Scripted(Scripted.Stream(Event(1) + Event(2)), Scripted.Stream(Event(2) + Event(3)), Over),
                after: 1));

        var lost = await Assert.ThrowsAsync<AosServerException>(
            () => ReadAsync(new Scripted(Scripted.Stream(Event(1) + Event(3)))));
        Assert.Equal("SERVER_UNKNOWN", lost.Outcome.Code.Value);
        Assert.Contains("event 3 follows on event 1", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_ends_the_stream_at_once_and_a_server_that_stays_away_after_a_minute()
    {
        var refused = new Scripted(Scripted.Problem(ErrorCodes.UnknownRun, HttpStatusCode.NotFound));
        Assert.Equal(
            ErrorCodes.UnknownRun,
            (await Assert.ThrowsAsync<AosServerException>(() => ReadAsync(refused))).Outcome.Code);
        Assert.Single(refused.Asked);

        var gone = new Scripted(Scripted.Stream(Event(1)), Scripted.Broken(HttpRequestError.ConnectionError));
        Assert.Equal(
            "SERVER_UNREACHABLE",
            (await Assert.ThrowsAsync<AosServerException>(() => ReadAsync(gone))).Outcome.Code.Value);
        Assert.True(gone.Asked.Count > 100, $"{gone.Asked.Count} times half a second is no minute");
    }

    [Fact]
    public async Task Data_over_several_lines_and_without_a_space_is_read()
    {
        var text = Event(1).Replace("data: ", "data:", StringComparison.Ordinal)
            .Replace("\"seq\":1,", "\"seq\":1,\ndata: ", StringComparison.Ordinal);

        Assert.Equal([1], await ReadAsync(new Scripted(Scripted.Stream(text), Over)));
    }

    [Fact]
    public void A_line_is_read_as_it_was_written_with_every_kind_of_member()
    {
        RunEvent[] events =
        [
            new RunEvent.TimeReached { At = DateTimeOffset.UnixEpoch.AddMilliseconds(1_234) },
            new RunEvent.CancelRequested { At = DateTimeOffset.UnixEpoch, By = "ana", Reason = "<\u00fc> \"quoted\"" },
            AosJson.Read<RunEvent>("""
                {"type":"signal_received","at":"2026-01-01T00:00:00Z","name":"go","by":"ben","data":{"type":"inner","seq":7,"data":[1.50,"\u2028"]}}
                """u8),
        ];
        foreach (var e in events)
        {
            var text = new TraceLine(41, e).ToJson();
            var read = TraceLine.Parse(Encoding.UTF8.GetBytes(text));
            Assert.Equal((41, e, text), (read.Seq, read.Event, read.ToJson()));
        }
    }
}
