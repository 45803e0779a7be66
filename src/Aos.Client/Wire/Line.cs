using System.Net;
using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Outcomes;

namespace Aos.Client.Wire;

/// <summary>The connection to a server: sends, sends again what may be sent again, and turns whatever comes back into
/// an answer.</summary>
internal sealed class Line(HttpClient http, AosClientOptions options, TimeProvider time)
{
    private const string JsonType = "application/json";
    private const string ProblemType = "application/problem+json";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(10);

    public Uri Server { get; } = options.Server.AbsoluteUri.EndsWith('/')
        ? options.Server
        : new Uri(options.Server.AbsoluteUri + "/");

    public AosClientOptions Options => options;

    public Failures Failures { get; } = new(options.Server, time);

    public TimeProvider Time => time;

    /// <summary>Asks for JSON.</summary>
    public async Task<Answer<T>> AskAsync<T>(
        Question question, CancellationToken cancel, HttpStatusCode? alsoGood = null) where T : class
    {
        var heard = await HearAsync(question, JsonType, alsoGood, cancel).ConfigureAwait(false);
        return heard.Body is null ? new Answer<T>(null, heard.Outcome) : Read<T>(heard.Body, heard.Outcome);
    }

    /// <summary>Asks for a document and what names its state.</summary>
    public async Task<Answer<Kept<T>>> AskKeptAsync<T>(Question question, CancellationToken cancel) where T : class
    {
        var heard = await HearAsync(question, JsonType, null, cancel).ConfigureAwait(false);
        if (heard.Body is null) return new Answer<Kept<T>>(null, heard.Outcome);
        var read = Read<T>(heard.Body, heard.Outcome);
        return new Answer<Kept<T>>(read.Value is { } value ? new Kept<T>(value, heard.ETag) : null, read.Outcome);
    }

    /// <summary>Asks for something that is answered with an outcome, or with nothing where it was done.</summary>
    public async Task<StructuredOutcome> AskAsync(Question question, CancellationToken cancel)
    {
        var heard = await HearAsync(question, JsonType, null, cancel).ConfigureAwait(false);
        if (heard.Body is not { Length: > 0 } body) return heard.Outcome;
        var read = Read<StructuredOutcome>(body, heard.Outcome);
        return read.Value ?? read.Outcome;
    }

    /// <summary>Asks for bytes of another kind.</summary>
    public async Task<Answer<byte[]>> AskBytesAsync(Question question, string type, CancellationToken cancel)
    {
        var heard = await HearAsync(question, type, null, cancel).ConfigureAwait(false);
        return new Answer<byte[]>(heard.Body, heard.Outcome);
    }

    /// <summary>Opens a stream; whoever gets a response disposes of it.</summary>
    /// <returns>The response, or why there is none, and whether asking again may help.</returns>
    public async Task<(HttpResponseMessage? Response, StructuredOutcome? Failure, bool MayHelp)> OpenAsync(
        Question question, string type, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            using var request = question.ToRequest(Server, options.Key);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token)
                .ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NoContent
                || (response.IsSuccessStatusCode && TypeOf(response) == type))
                return (response, null, false);
            using (response)
            {
                var body = await response.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false);
                return (null, Refusal(response, body, type), MayPass(response.StatusCode));
            }
        }
        catch (Exception failure) when (IsOfLine(failure, cancel))
        {
            return (null, Describe(failure, options.Timeout, timeout.IsCancellationRequested), true);
        }
    }

    /// <summary>Whether an exception says that the connection failed; a cancelled call does not.</summary>
    public static bool IsOfLine(Exception failure, CancellationToken cancel) =>
        !cancel.IsCancellationRequested && failure is HttpRequestException or IOException or OperationCanceledException;

    private async Task<Heard> HearAsync(
        Question question, string type, HttpStatusCode? alsoGood, CancellationToken cancel)
    {
        for (var sent = 1; ; sent++)
        {
            var heard = await SendAsync(question, type, alsoGood, cancel).ConfigureAwait(false);
            // A server that takes on no more has done nothing: that may be asked again, whatever it is.
            var mayRepeat = heard.IsUntouched || (heard.IsPassing && question.IsRepeatable);
            if (!mayRepeat || sent > options.RetriesMax || heard.Pause > PauseMax) return heard;
            await Task.Delay(heard.Pause ?? FirstPause * Math.Pow(2, sent - 1), time, cancel).ConfigureAwait(false);
        }
    }

    private async Task<Heard> SendAsync(
        Question question, string type, HttpStatusCode? alsoGood, CancellationToken cancel)
    {
        var limit = question.Timeout ?? options.Timeout;
        using var timeout = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            using var request = question.ToRequest(Server, options.Key);
            using var response = await http.SendAsync(request, both.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false);
            var isGood = response.IsSuccessStatusCode || response.StatusCode == alsoGood;
            if (isGood && (response.StatusCode == HttpStatusCode.NoContent || TypeOf(response) == type))
                return new Heard(body, Failures.Success(), response.Headers.ETag?.ToString());
            var refusal = Refusal(response, body, type);
            return new Heard(null, question.IsText ? refusal : WithoutLines(refusal))
            {
                IsPassing = MayPass(response.StatusCode),
                IsUntouched = response.StatusCode == HttpStatusCode.TooManyRequests,
                Pause = response.Headers.RetryAfter?.Delta,
            };
        }
        catch (Exception failure) when (IsOfLine(failure, cancel))
        {
            // Where nobody listens it would be the same in a moment, and whoever asks wants to know now.
            return new Heard(null, Describe(failure, limit, timeout.IsCancellationRequested))
            {
                IsPassing = failure is not OperationCanceledException && !IsAway(failure),
            };
        }
    }

    private static bool IsAway(Exception failure) => (failure as HttpRequestException)?.HttpRequestError
        is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError;

    // A time of the connection's own is over before anything was sent.
    private StructuredOutcome Describe(Exception failure, TimeSpan limit, bool isLate) => isLate
        ? Failures.Late(limit) : Failures.Unreachable((failure.InnerException ?? failure).Message);

    private Answer<T> Read<T>(byte[] body, StructuredOutcome good) where T : class
    {
        try
        {
            return new Answer<T>(AosJson.Read<T>(body), good);
        }
        catch (JsonException mistake)
        {
            return new Answer<T>(null, Failures.Unknown($"an answer cannot be read: {mistake.Message}"));
        }
    }

    private StructuredOutcome Refusal(HttpResponseMessage response, byte[] body, string wanted)
    {
        var (status, type) = ((int)response.StatusCode, TypeOf(response) ?? "no type");
        if (type == ProblemType)
        {
            try
            {
                return AosJson.Read<ProblemDocument>(body).Outcome;
            }
            catch (JsonException mistake)
            {
                return Failures.Unknown($"a problem cannot be read: {mistake.Message}");
            }
        }
        // What stands before the server answers for it while it is away.
        if (response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout)
            return Failures.Unreachable($"what stands before it answers {status}");
        if (status is >= 300 and < 400)
            return Failures.Unknown(
                $"it points to {response.Headers.Location}; if that is the server, name that address");
        return Failures.Unknown(
            response.IsSuccessStatusCode
                ? $"it answers with {type} instead of {wanted}" : $"it answers {status} with {type}");
    }

    // Lines of a body that was written here are nothing to whoever asked.
    private static StructuredOutcome WithoutLines(StructuredOutcome outcome) =>
        outcome.Failure is not { Details.IsEmpty: false } failure
        ? outcome
        : outcome with
        {
            Failure = failure with
            {
                Details = [.. failure.Details.Select(problem => problem with { Line = null, Column = null })]
            },
        };

    private static bool MayPass(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
        or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static string? TypeOf(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType;

    /// <summary>What came back.</summary>
    /// <param name="Body">The body of a good answer; null where there is none.</param>
    /// <param name="Outcome">How it ended.</param>
    /// <param name="ETag">The state of the document.</param>
    private sealed record Heard(byte[]? Body, StructuredOutcome Outcome, string? ETag = null)
    {
        /// <summary>Whether it may be otherwise in a moment.</summary>
        public bool IsPassing { get; init; }

        /// <summary>Whether the server says that it did nothing.</summary>
        public bool IsUntouched { get; init; }

        /// <summary>How long to wait, where the server says it.</summary>
        public TimeSpan? Pause { get; init; }
    }
}
