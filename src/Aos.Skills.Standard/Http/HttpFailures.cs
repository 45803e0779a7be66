using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Http;

/// <summary>Why a request got no usable answer.</summary>
/// <param name="Code">The code of the taxonomy.</param>
/// <param name="Message">What happened and what to do.</param>
/// <param name="Cause">What the network said.</param>
internal sealed record HttpFailure(ErrorCode Code, string Message, string? Cause = null);

/// <summary>Brings what HTTP and the network say into the taxonomy.</summary>
internal static class HttpFailures
{
    /// <summary>The code of a failing status, 400 to 599.</summary>
    public static ErrorCode OfStatus(int status) => status switch
    {
        400 => ErrorCodes.Http400,
        401 => ErrorCodes.Http401,
        403 => ErrorCodes.Http403,
        404 => ErrorCodes.Http404,
        408 => ErrorCodes.Http408,
        409 => ErrorCodes.Http409,
        410 => ErrorCodes.Http410,
        422 => ErrorCodes.Http422,
        429 => ErrorCodes.RateLimited,
        500 => ErrorCodes.Http500,
        502 => ErrorCodes.Http502,
        503 => ErrorCodes.Http503,
        504 => ErrorCodes.Http504,
        < 500 => ErrorCodes.Http4xx,
        _ => ErrorCodes.Http5xx,
    };

    /// <summary>Whether a failing status says that nothing was done: the request was refused, or put off.</summary>
    public static bool SaysNothingWasDone(int status) => status is (>= 400 and < 500) or 503;

    /// <summary>Whether the request never left: no connection was made for it.</summary>
    public static bool IsBeforeSending(HttpRequestException failure) => failure.HttpRequestError
        is HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.NameResolutionError;

    /// <summary>Whether the other side could not show who it is: another address of the same host would show the same
    /// certificate, or be somebody else's.</summary>
    public static bool IsTls(ErrorCode code) => code == ErrorCodes.TlsFailed || code == ErrorCodes.TlsExpired
        || code == ErrorCodes.TlsWrongHost || code == ErrorCodes.TlsUntrusted;

    /// <summary>Classifies what a failed request threw.</summary>
    public static HttpFailure OfRequest(HttpRequestException failure, string authority)
    {
        var cause = InnermostMessage(failure);
        if (Find<CertificateRefusedException>(failure) is { } refused)
            return new HttpFailure(refused.Code, $"The certificate of {authority} {refused.Refusal}.", cause);
        return failure.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError when Find<AuthenticationException>(failure) is not null =>
                new(ErrorCodes.TlsFailed, $"No trusted connection to {authority} could be made.", cause),
            HttpRequestError.NameResolutionError =>
                new(ErrorCodes.DnsFailed, $"The name of {authority} could not be resolved.", cause),
            HttpRequestError.ConfigurationLimitExceeded =>
                new(ErrorCodes.ResponseTooLarge, $"The header section of {authority}'s answer is too large.", cause),
            HttpRequestError.InvalidResponse =>
                new(ErrorCodes.ResponseInvalid, $"The answer of {authority} breaks the HTTP protocol.", cause),
            HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError => Cut(authority, cause),
            HttpRequestError.ConnectionError => OfConnecting(Find<SocketException>(failure), authority, cause),
            _ when Find<IOException>(failure) is not null || Find<SocketException>(failure) is not null =>
                Cut(authority, cause),
            _ => new(ErrorCodes.NetworkFailed, $"The request to {authority} failed.", cause),
        };
    }

    /// <summary>Classifies what reading a body threw.</summary>
    public static HttpFailure OfReading(Exception failure, string authority)
    {
        var cause = InnermostMessage(failure);
        return failure is InvalidDataException or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse }
            ? new(ErrorCodes.ResponseInvalid, $"The body of {authority}'s answer is malformed.", cause)
            : Cut(authority, cause);
    }

    /// <summary>No connection was made in time.</summary>
    public static HttpFailure ConnectTimedOut(string authority) =>
        new(ErrorCodes.ConnectTimeout, $"No connection to {authority} was made in time.");

    /// <summary>The answer did not begin in time.</summary>
    public static HttpFailure FirstByteTimedOut(string authority, TimeSpan limit) => new(ErrorCodes.FirstByteTimeout,
        $"{authority} did not begin to answer within {limit.TotalMilliseconds:0} ms.");

    /// <summary>How long a <c>Retry-After</c> field asks to wait, in either of its forms (RFC 9110 §10.2.3).</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (!headers.NonValidated.TryGetValues("Retry-After", out var values)) return null;
        var text = values.ToString().Trim();
        // More seconds than a number holds are still a wish to be left alone, not a wish to be called at once.
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
            return TimeSpan.FromSeconds(int.TryParse(text, out var seconds) ? seconds : int.MaxValue);
        if (!RetryConditionHeaderValue.TryParse(text, out var parsed) || parsed.Date is not { } date) return null;
        return date > now ? date - now : TimeSpan.Zero;
    }

    private static HttpFailure Cut(string authority, string cause) =>
        new(ErrorCodes.ConnectionReset, $"The connection to {authority} was cut.", cause);

    private static HttpFailure OfConnecting(SocketException? failure, string authority, string cause) =>
        failure?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused =>
                new(ErrorCodes.ConnectionRefused, $"Nothing listens at {authority}.", cause),
            SocketError.ConnectionReset => Cut(authority, cause),
            SocketError.TimedOut => ConnectTimedOut(authority),
            _ => new(ErrorCodes.NetworkFailed, $"No connection to {authority} could be made.", cause),
        };

    private static T? Find<T>(Exception failure) where T : Exception
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
            if (inner is T found) return found;
        return null;
    }

    private static string InnermostMessage(Exception failure)
    {
        var inner = failure;
        while (inner.InnerException is { } next) inner = next;
        return inner.Message;
    }
}
