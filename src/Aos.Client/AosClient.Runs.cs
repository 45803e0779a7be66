using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Aos.Client.Wire;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Client;

/// <content>Runs: begin, look at and steer them.</content>
public sealed partial class AosClient
{
    private const int WaitSeconds = 30;

    /// <summary>Begins a run. It is durable when this answers.</summary>
    /// <param name="run">What is to be run.</param>
    /// <param name="idempotencyKey">The same key with the same request gives the same run. Null: none, and the request
    /// is sent once.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Answer<RunReport>> SubmitAsync(RunSubmission run, string? idempotencyKey, CancellationToken cancel) =>
        _line.AskAsync<RunReport>(
            Question.Post($"v1/runs", AosJson.Write(run)) with { IdempotencyKey = idempotencyKey }, cancel);

    /// <summary>Waits until a run has ended or waits for somebody. A server that is away is waited for as long as the
    /// client is patient.</summary>
    public async Task<Answer<RunReport>> FollowAsync(RunId run, CancellationToken cancel)
    {
        var question = Question.Get($"v1/runs/{run}").With(("wait_seconds", WaitSeconds)) with
        {
            Timeout = _line.Options.Timeout + TimeSpan.FromSeconds(WaitSeconds),
        };
        var there = _line.Time.GetTimestamp();
        while (true)
        {
            var asked = _line.Time.GetTimestamp();
            var answer = await _line.AskAsync<RunReport>(question, cancel).ConfigureAwait(false);
            if (answer.Value is { } report)
            {
                if (!GoesOnByItself(report)) return answer;
                there = _line.Time.GetTimestamp();
            }
            else if (answer.Outcome.Failure?.Retryable != true
                && answer.Outcome.Code != Contracts.Failures.ErrorCodes.ServerUnreachable
                || _line.Time.GetElapsedTime(there) > _line.Options.Patience) return answer;
            // A server that goes answers at once.
            if (_line.Time.GetElapsedTime(asked) < TimeSpan.FromSeconds(1))
                await Task.Delay(TimeSpan.FromMilliseconds(500), _line.Time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Reports a run.</summary>
    public Task<Answer<RunReport>> ReportAsync(RunId run, CancellationToken cancel) =>
        _line.AskAsync<RunReport>(Question.Get($"v1/runs/{run}"), cancel);

    /// <summary>Lists runs, newest first.</summary>
    /// <param name="statuses">Only these; empty: all.</param>
    /// <param name="agentId">Only of this agent; null: of all.</param>
    /// <param name="cursor">From the page before; null: the first.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Answer<RunPage>> ListRunsAsync(
        IEnumerable<RunStatus> statuses, string? agentId, string? cursor, int limit, CancellationToken cancel)
    {
        var names = string.Join(
            ',', statuses.Select(status => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString())));
        return _line.AskAsync<RunPage>(Question.Get($"v1/runs").With(
            ("limit", limit), ("status", names.Length > 0 ? names : null), ("agent_id", agentId), ("cursor", cursor)),
                cancel);
    }

    /// <summary>Asks a run to stop.</summary>
    public Task<StructuredOutcome> CancelAsync(RunId run, Cancellation cancellation, CancellationToken cancel) =>
        _line.AskAsync(Question.Post($"v1/runs/{run}/cancel", AosJson.Write(cancellation)), cancel);

    /// <summary>Replays a run. Where it is replayed live, the answer may take as long as its calls do.</summary>
    public Task<Answer<ReplayReport>> ReplayAsync(RunId run, ReplaySubmission replay, CancellationToken cancel) =>
        _line.AskAsync<ReplayReport>(Question.Post($"v1/runs/{run}/replay", AosJson.Write(replay)) with
        {
            MayRepeat = replay.Mode != "live",
            Timeout = _line.Options.WorkTimeout,
        }, cancel);

    /// <summary>Goes another way from a point of a run, as a new run.</summary>
    public Task<Answer<RunReport>> ForkAsync(RunId run, ForkSubmission fork, CancellationToken cancel) =>
        _line.AskAsync<RunReport>(Question.Post($"v1/runs/{run}/fork", AosJson.Write(fork)), cancel);

    /// <summary>Sends a run a signal. One with a key of the sender's own is sent again where that may be
    /// needed.</summary>
    public Task<StructuredOutcome> SignalAsync(RunId run, SignalSubmission signal, CancellationToken cancel) =>
        _line.AskAsync(
            Question.Post($"v1/runs/{run}/signals", AosJson.Write(signal)) with
            {
                MayRepeat = signal.Key is not null
            }, cancel);

    /// <summary>Says what became of a call whose outcome is unknown.</summary>
    public Task<StructuredOutcome> SettleAsync(RunId run, Settlement settlement, CancellationToken cancel) =>
        _line.AskAsync(Question.Post($"v1/runs/{run}/settle", AosJson.Write(settlement)), cancel);

    /// <summary>Lets a quarantined or held run go on.</summary>
    public Task<Answer<RunReport>> ReleaseAsync(RunId run, CancellationToken cancel) =>
        _line.AskAsync<RunReport>(Question.Post($"v1/runs/{run}/release", null), cancel);

    /// <summary>Goes on with a run whose process is gone; one that the server works on is reported as it
    /// stands.</summary>
    public Task<Answer<RunReport>> ResumeAsync(RunId run, CancellationToken cancel) =>
        _line.AskAsync<RunReport>(Question.Post($"v1/runs/{run}/resume", null) with { MayRepeat = true }, cancel);

    /// <summary>Binds an open run to one more policy, from its next attempt on.</summary>
    public Task<StructuredOutcome> TightenAsync(RunId run, Policy policy, string? reason, CancellationToken cancel) =>
        _line.AskAsync(
            Question.Post($"v1/runs/{run}/tighten", AosJson.Write(new Tightening { Policy = policy, Reason = reason })),
            cancel);

    /// <summary>A run as one file that can be verified anywhere.</summary>
    public Task<Answer<byte[]>> ExportAsync(RunId run, CancellationToken cancel) => _line.AskBytesAsync(
        Question.Get($"v1/runs/{run}/export") with { Timeout = _line.Options.WorkTimeout },
        "application/octet-stream", cancel);

    /// <summary>The questions that a run can be asked.</summary>
    public Task<Answer<QueryNames>> ListQueriesAsync(RunId run, CancellationToken cancel) =>
        _line.AskAsync<QueryNames>(Question.Get($"v1/runs/{run}/queries"), cancel);

    /// <summary>Asks a run a question.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">The question.</param>
    /// <param name="arguments">Its arguments, an object; null: none.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<StructuredOutcome> QueryAsync(RunId run, string name, Payload? arguments, CancellationToken cancel) =>
        _line.AskAsync(
            Question.Post(
                $"v1/runs/{run}/queries/{name}", AosJson.Write(new QuerySubmission { Arguments = arguments })) with
            {
                MayRepeat = true
            }, cancel);

    /// <summary>The events of a run so far, after one of them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="afterSeq">The number of the last event that is known; 0 for all.</param>
    /// <param name="cancel">Ends the enumeration.</param>
    /// <exception cref="AosServerException">They cannot be had.</exception>
    public IAsyncEnumerable<TraceLine> TraceAsync(RunId run, long afterSeq, CancellationToken cancel) =>
        LinesAsync(Question.Get($"v1/runs/{run}/trace").With(("after", afterSeq)), TraceLine.Parse, cancel);

    /// <summary>The events of a run from after one of them on, as they come, until it ends. A connection that is cut is
    /// taken up where it was: nothing is lost, nothing comes twice.</summary>
    /// <param name="run">The run.</param>
    /// <param name="afterSeq">The number of the last event that is known; 0 for all.</param>
    /// <param name="cancel">Ends the enumeration.</param>
    /// <exception cref="AosServerException">The server refused, or was away for longer than the client is
    /// patient.</exception>
    public IAsyncEnumerable<TraceLine> EventsAsync(RunId run, long afterSeq, CancellationToken cancel) =>
        new EventStream(_line, Question.PathOf($"v1/runs/{run}/events")).ReadAsync(afterSeq, cancel);

    /// <summary>Whether a run neither has ended nor waits for somebody.</summary>
    private static bool GoesOnByItself(RunReport report) =>
        report.Status == RunStatus.Running
            || (report.Status == RunStatus.Waiting && report.WaitingFor == WaitReason.Timer);

    // Read as they come: a long journal is never in memory as a whole.
    private async IAsyncEnumerable<T> LinesAsync<T>(
        Question question, Func<ReadOnlyMemory<byte>, T> parse, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (response, failure, _) = await _line.OpenAsync(question, Lines, cancel).ConfigureAwait(false);
        if (response is null) throw new AosServerException(failure!);
        using var owned = response;
        using var reader = new StreamReader(
            await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), Encoding.UTF8);
        while (await ReadAsync(reader, cancel).ConfigureAwait(false) is { } line)
            yield return Parse(line, parse);
    }

    private async ValueTask<string?> ReadAsync(StreamReader reader, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadLineAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception cut) when (Line.IsOfLine(cut, cancel))
        {
            throw new AosServerException(_line.Failures.Unreachable(cut.Message));
        }
    }

    private T Parse<T>(string line, Func<ReadOnlyMemory<byte>, T> parse)
    {
        try
        {
            return parse(Encoding.UTF8.GetBytes(line));
        }
        catch (JsonException mistake)
        {
            throw new AosServerException(_line.Failures.Unknown($"a line cannot be read: {mistake.Message}"));
        }
    }
}
