using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;
using ModelContextProtocol;

namespace Aos.Skills.Standard.Mcp;

/// <summary>Brings what servers and their clients do wrong into the taxonomy.</summary>
internal static class McpFailures
{
    /// <summary>Whether an exception is a server's doing, or the wire's; anything else is a defect.</summary>
    public static bool IsOfServers(Exception failure) => failure is McpException or HttpRequestException or IOException
        or JsonException or McpUnavailableException or ObjectDisposedException or TimeoutException
        // The client throws it for answers that the protocol does not know, and for connections that ended under it.
        or InvalidOperationException or NotSupportedException;

    /// <summary>No connection could be made.</summary>
    public static McpUnavailableException Unavailable(Exception failure, McpServerSpec server, string? fate)
    {
        if (failure is McpUnavailableException known) return known;
        if (Find<HttpRequestException>(failure) is { } request && server.Url is { } url)
        {
            var (code, message, cause) = OfRequest(request, url);
            return new McpUnavailableException(message, cause, code);
        }
        return failure is TimeoutException
            ? new McpUnavailableException(
                $"'{server.Describe()}' did not answer in time.", fate, ErrorCodes.ConnectTimeout)
            : new McpUnavailableException(
                $"'{server.Describe()}' did not answer as an MCP server does.", Join(fate, failure.Message));
    }

    /// <summary>How a call ended that was on its way.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="server">The server.</param>
    /// <param name="isTooLong">Whether it wrote a message that is longer than allowed.</param>
    /// <param name="fate">How its process ended; null where it is none of ours.</param>
    public static SkillResult OfCall(Exception failure, McpServerSpec server, bool isTooLong, string? fate)
    {
        if (failure is McpProtocolException refused) return OfProtocol(refused);
        if (isTooLong || Find<IOException>(failure) is { Message: var said }
            && said.StartsWith("The body is longer", StringComparison.Ordinal))
            return Fail(
                ErrorCodes.ResponseTooLarge, "The server's answer is larger than it may be.", EffectState.Unknown,
                failure.Message);
        if (Find<HttpRequestException>(failure) is { } request && server.Url is { } url)
        {
            var (code, message, cause) = OfRequest(request, url);
            var nothing = request.StatusCode is { } status
                ? HttpFailures.SaysNothingWasDone((int)status) : GuardedHttp.IsBeforeSending(request);
            return Fail(code, message, nothing ? EffectState.None : EffectState.Unknown, cause);
        }
        return failure is JsonException or NotSupportedException
            ? Fail(ErrorCodes.ResponseInvalid, "The server's answer breaks the protocol.", EffectState.Unknown,
                failure.Message)
            : Fail(ErrorCodes.ConnectionReset, "The server went away during the call.", EffectState.Unknown,
                Join(fate, failure.Message));
    }

    /// <summary>The call was not made.</summary>
    public static SkillResult NotMade(McpUnavailableException failure) =>
        Fail(failure.Code, failure.Message, EffectState.None, failure.Why);

    private static SkillResult OfProtocol(McpProtocolException refused) => refused.ErrorCode switch
    {
        // The specification has these for requests that were not carried out.
        McpErrorCode.InvalidParams =>
            Fail(ErrorCodes.InvalidInput, $"The server refused the input: {refused.Message}", EffectState.None, null),
        McpErrorCode.MethodNotFound or McpErrorCode.InvalidRequest or McpErrorCode.ParseError =>
            Fail(ErrorCodes.ResponseInvalid, $"The server refused the request: {refused.Message}",
                EffectState.None, null),
        _ => Fail(
            ErrorCodes.McpToolFailed, $"The server answered with error {(int)refused.ErrorCode}: {refused.Message}",
            EffectState.Unknown, null),
    };

    private static (ErrorCode Code, string Message, string? Cause) OfRequest(HttpRequestException failure, Uri url) =>
        failure.StatusCode is { } status && (int)status >= 400
            ? (HttpFailures.OfStatus((int)status),
                $"{HttpTransport.Authority(url)} answered with status {(int)status}.", null)
            : GuardedHttp.Describe(failure, url);

    private static SkillResult Fail(ErrorCode code, string message, EffectState effect, string? cause) =>
        SkillResult.Failure(code, message, effect) with { Cause = cause };

    private static string Join(string? fate, string message) => fate is null ? message : $"{fate} ({message})";

    private static T? Find<T>(Exception? failure) where T : Exception
    {
        for (; failure is not null; failure = failure.InnerException)
            if (failure is T found) return found;
        return null;
    }
}
