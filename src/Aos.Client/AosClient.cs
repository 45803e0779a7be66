using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Client;

/// <summary>A server of AOS, with the same outcomes as the library gives. Thread-safe.</summary>
/// <remarks>Every call ends in a value or an outcome; only cancellation throws. Nothing is sent twice by itself: a
/// submission that may have arrived is sent again with its idempotency key.</remarks>
public sealed class AosClient : IDisposable
{
    private const int WaitSeconds = 30;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly bool _owned;

    /// <summary>A client of a server.</summary>
    /// <param name="server">Its address, such as <c>http://127.0.0.1:7400</c>.</param>
    /// <param name="key">An API key or a token.</param>
    public AosClient(Uri server, string? key) : this(New(server), key, TimeProvider.System) => _owned = true;

    /// <summary>A client that sends by way of another one, which stays the caller's to dispose.</summary>
    /// <param name="http">What sends; its base address is the server.</param>
    /// <param name="key">An API key or a token.</param>
    /// <param name="time">The clock.</param>
    public AosClient(HttpClient http, string? key, TimeProvider time)
    {
        (_http, _time, Key) = (http, time, key);
    }

    private string? Key { get; }

    /// <summary>Begins a run.</summary>
    public Task<Reply<RunReport>> SubmitAsync(RunSubmission run, string? idempotencyKey, CancellationToken cancel) =>
        SendAsync<RunReport>(HttpMethod.Post, "v1/runs", AosJson.Write(run), idempotencyKey, cancel);

    /// <summary>Waits until a run has ended or waits for somebody.</summary>
    public async Task<Reply<RunReport>> FollowAsync(RunId run, CancellationToken cancel)
    {
        while (true)
        {
            var reply = await SendAsync<RunReport>(
                HttpMethod.Get, $"v1/runs/{run}?wait_seconds={WaitSeconds.ToString(CultureInfo.InvariantCulture)}", null, null, cancel).ConfigureAwait(false);
            if (reply.Value is not { Status: RunStatus.Running } report && !(reply.Value is { Status: RunStatus.Waiting, WaitingFor: WaitReason.Timer }))
                return reply;
        }
    }

    /// <summary>Reports a run.</summary>
    public Task<Reply<RunReport>> ReportAsync(RunId run, CancellationToken cancel) => GetAsync<RunReport>($"v1/runs/{run}", cancel);

    /// <summary>Lists runs, newest first.</summary>
    /// <param name="statuses">Only these; empty: all.</param>
    /// <param name="agentId">Only of this agent; null: of all.</param>
    /// <param name="cursor">From the page before; null: the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Reply<RunPage>> ListRunsAsync(
        IEnumerable<RunStatus> statuses, string? agentId, string? cursor, int limit, CancellationToken cancel)
    {
        var query = new StringBuilder("v1/runs?limit=").Append(limit.ToString(CultureInfo.InvariantCulture));
        foreach (var status in statuses) query.Append("&status=").Append(JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()));
        if (agentId is not null) query.Append("&agent_id=").Append(Uri.EscapeDataString(agentId));
        if (cursor is not null) query.Append("&cursor=").Append(Uri.EscapeDataString(cursor));
        return GetAsync<RunPage>(query.ToString(), cancel);
    }

    /// <summary>Asks a run to stop.</summary>
    public Task<StructuredOutcome> CancelAsync(RunId run, Cancellation cancellation, CancellationToken cancel) =>
        AskAsync($"v1/runs/{run}/cancel", AosJson.Write(cancellation), null, cancel);

    /// <summary>Replays a run.</summary>
    public Task<Reply<ReplayReport>> ReplayAsync(RunId run, ReplaySubmission replay, CancellationToken cancel) =>
        SendAsync<ReplayReport>(HttpMethod.Post, $"v1/runs/{run}/replay", AosJson.Write(replay), null, cancel);

    /// <summary>Goes another way from a point of a run.</summary>
    public Task<Reply<RunReport>> ForkAsync(RunId run, ForkSubmission fork, CancellationToken cancel) =>
        SendAsync<RunReport>(HttpMethod.Post, $"v1/runs/{run}/fork", AosJson.Write(fork), null, cancel);

    /// <summary>Sends a run a signal.</summary>
    public Task<StructuredOutcome> SignalAsync(RunId run, SignalSubmission signal, CancellationToken cancel) =>
        AskAsync($"v1/runs/{run}/signals", AosJson.Write(signal), null, cancel);

    /// <summary>Says what became of a call whose outcome is unknown.</summary>
    public Task<StructuredOutcome> SettleAsync(RunId run, Settlement settlement, CancellationToken cancel) =>
        AskAsync($"v1/runs/{run}/settle", AosJson.Write(settlement), null, cancel);

    /// <summary>Lets a quarantined or held run go on.</summary>
    public Task<Reply<RunReport>> ReleaseAsync(RunId run, CancellationToken cancel) =>
        SendAsync<RunReport>(HttpMethod.Post, $"v1/runs/{run}/release", null, null, cancel);

    /// <summary>Asks a run a question.</summary>
    public Task<StructuredOutcome> QueryAsync(RunId run, string name, Payload? arguments, CancellationToken cancel) =>
        AskAsync($"v1/runs/{run}/queries/{Uri.EscapeDataString(name)}", AosJson.Write(new QuerySubmission { Arguments = arguments }), null, cancel);

    /// <summary>Foresees a run.</summary>
    public Task<Reply<Simulation>> SimulateAsync(RunSubmission run, CancellationToken cancel) =>
        SendAsync<Simulation>(HttpMethod.Post, "v1/simulate", AosJson.Write(run), null, cancel);

    /// <summary>Calls one skill.</summary>
    public Task<StructuredOutcome> ExecuteAsync(SkillCall call, string? idempotencyKey, CancellationToken cancel) =>
        AskAsync("v1/execute", AosJson.Write(call), idempotencyKey, cancel);

    /// <summary>Lists approval requests, oldest first.</summary>
    public Task<Reply<ApprovalPage>> ListApprovalsAsync(bool all, CancellationToken cancel) =>
        GetAsync<ApprovalPage>(all ? "v1/approvals?all=true" : "v1/approvals", cancel);

    /// <summary>Decides on an approval request.</summary>
    public Task<StructuredOutcome> DecideAsync(ApprovalId id, bool approved, Decision decision, CancellationToken cancel) =>
        AskAsync($"v1/approvals/{id}/{(approved ? "approve" : "reject")}", AosJson.Write(decision), null, cancel);

    /// <summary>Describes a skill.</summary>
    public async Task<StructuredOutcome> DescribeSkillAsync(string reference, CancellationToken cancel)
    {
        var reply = await GetAsync<StructuredOutcome>($"v1/skills/{Uri.EscapeDataString(reference)}", cancel).ConfigureAwait(false);
        return reply.Value ?? reply.Outcome!;
    }

    /// <summary>The skills of the server.</summary>
    public Task<Reply<SkillPage>> ListSkillsAsync(CancellationToken cancel) => GetAsync<SkillPage>("v1/skills", cancel);

    /// <summary>A profile that the server keeps.</summary>
    public Task<Reply<AgentProfile>> FindAgentAsync(string agentId, CancellationToken cancel) =>
        GetAsync<AgentProfile>($"v1/agents/{Uri.EscapeDataString(agentId)}", cancel);

    /// <summary>Who the server takes the caller for.</summary>
    public Task<Reply<Caller>> WhoAmIAsync(CancellationToken cancel) => GetAsync<Caller>("v1/whoami", cancel);

    /// <summary>The events of a run, one JSON value each, from after an event on and until the run ends. A connection that
    /// is cut is taken up where it was.</summary>
    /// <param name="run">The run.</param>
    /// <param name="afterSeq">The number of the last event that is known; 0 for all.</param>
    /// <param name="cancel">Ends the enumeration.</param>
    /// <exception cref="HttpRequestException">The server refused, or could not be reached again for a minute.</exception>
    public async IAsyncEnumerable<Payload> EventsAsync(RunId run, long afterSeq, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (last, failures) = (afterSeq, 0);
        while (true)
        {
            using var request = Request(HttpMethod.Get, $"v1/runs/{run}/events");
            request.Headers.TryAddWithoutValidation("Last-Event-ID", last.ToString(CultureInfo.InvariantCulture));
            var (response, isOver) = await OpenAsync(request, failures, cancel).ConfigureAwait(false);
            if (isOver) yield break;
            if (response is not null)
            {
                using var _ = response;
                using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false));
                while (await ReadAsync(reader, cancel).ConfigureAwait(false) is { } line)
                {
                    if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
                    var value = Payload.FromUtf8(Encoding.UTF8.GetBytes(line[6..]));
                    (last, failures) = (value.Element.GetProperty("seq").GetInt64(), 0);
                    yield return value;
                }
            }
            if (failures++ > 0) await Task.Delay(TimeSpan.FromSeconds(1), _time, cancel).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_owned) _http.Dispose();
    }

    private static HttpClient New(Uri server) => new()
    {
        BaseAddress = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/"),
        Timeout = TimeSpan.FromMinutes(10),
    };

    // A line of a connection that breaks is no line: the stream is taken up after the last whole event.
    private static async ValueTask<string?> ReadAsync(StreamReader reader, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadLineAsync(cancel).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async ValueTask<(HttpResponseMessage? Response, bool IsOver)> OpenAsync(HttpRequestMessage request, int failures, CancellationToken cancel)
    {
        const int FailuresMax = 60;
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException) when (failures < FailuresMax)
        {
            return (null, false);
        }
        if ((int)response.StatusCode is 503 or 429 && failures < FailuresMax) response.Dispose();
        else if ((int)response.StatusCode == 204)
        {
            response.Dispose();
            return (null, true);
        }
        else return (response.EnsureSuccessStatusCode(), false);
        return (null, false);
    }

    private Task<Reply<T>> GetAsync<T>(string path, CancellationToken cancel) where T : class =>
        SendAsync<T>(HttpMethod.Get, path, null, null, cancel);

    private async Task<StructuredOutcome> AskAsync(string path, byte[] body, string? idempotencyKey, CancellationToken cancel)
    {
        var reply = await SendAsync<StructuredOutcome>(HttpMethod.Post, path, body, idempotencyKey, cancel).ConfigureAwait(false);
        return reply.Value ?? reply.Outcome!;
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (Key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return request;
    }

    private async Task<Reply<T>> SendAsync<T>(HttpMethod method, string path, byte[]? body, string? idempotencyKey, CancellationToken cancel)
        where T : class
    {
        using var request = Request(method, path);
        if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (idempotencyKey is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        try
        {
            using var response = await _http.SendAsync(request, cancel).ConfigureAwait(false);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? new Reply<T>(AosJson.Read<T>(bytes), null)
                : new Reply<T>(null, AosJson.Read<ProblemDocument>(bytes).Outcome);
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or JsonException or IOException
            || (unreachable is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            var entry = FailureIndex.BuiltIn.Match(ErrorCodes.ServerUnreachable);
            return new Reply<T>(null, new StructuredOutcome
            {
                Status = OutcomeStatus.Failure,
                Code = ErrorCodes.ServerUnreachable,
                Message = $"{_http.BaseAddress} does not answer as a server of AOS does: {unreachable.Message}",
                Failure = new FailureInfo { Code = ErrorCodes.ServerUnreachable, Category = FailureCategory.Transient, Retryable = true },
                NextActions = entry is null ? null : new NextActions { Suggested = [entry.Cure] },
                Timestamp = _time.GetUtcNow(),
            });
        }
    }
}
