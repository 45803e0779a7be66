using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Skills.Standard.Http;

namespace Aos.Skills.Standard.Models;

/// <summary>Brings what providers say to a request that they refuse into the taxonomy.</summary>
internal static class ModelFailures
{
    private const int CauseMax = 1_000;

    /// <summary>Why a call of a provider's client threw.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="seen">What was seen on the wire.</param>
    /// <param name="host">Whose answer it is.</param>
    public static HttpFailure Of(Exception error, ModelExchange seen, string host)
    {
        if (error is ScriptedFailureException scripted) return new HttpFailure(scripted.Code, scripted.Message);
        if (seen.Failure is { } failure) return failure;
        if (seen.Status is >= 400 and var status)
            return OfStatus(status, seen.Refusal ?? "", host);
        // An error in the middle of an answer comes as an event of the stream, which clients put into their message.
        var type = ErrorTypeIn(error.Message);
        return type switch
        {
            "overloaded_error" =>
                new HttpFailure(
                    ErrorCodes.ModelOverloaded, $"{host} broke off its answer: it is overloaded.",
                    Cause(error.Message)),
            "rate_limit_error" =>
                new HttpFailure(
                    ErrorCodes.RateLimited, $"{host} broke off its answer: it asks for fewer calls.",
                    Cause(error.Message)),
            not null =>
                new HttpFailure(
                    ErrorCodes.Http500, $"{host} broke off its answer with an error.", Cause(error.Message)),
            null =>
                new HttpFailure(
                    ErrorCodes.ResponseInvalid, $"The answer of {host} cannot be read.",
                    Cause($"{error.GetType().Name}: {error.Message}")),
        };
    }

    /// <summary>A bounded text of the other side, for the cause of a failure.</summary>
    public static string Cause(string text) => text.Length <= CauseMax ? text : text[..(CauseMax - 1)] + "…";

    private static HttpFailure OfStatus(int status, string body, string host)
    {
        var (code, message) = status switch
        {
            400 or 413
                when Says(body, "context_length_exceeded", "prompt is too long", "context window", "too many tokens") =>
                (ErrorCodes.ContextTooLong, $"{host} says that the request is longer than the model takes."),
            400 when Says(body, "content_filter", "content_policy_violation") =>
                (ErrorCodes.ContentFiltered, $"A filter of {host} stopped the request."),
            429 when Says(body, "insufficient_quota", "billing") =>
                (ErrorCodes.Http4xx, $"The account at {host} has no credit left."),
            529 => (ErrorCodes.ModelOverloaded, $"{host} is overloaded."),
            _ => (HttpFailures.OfStatus(status), $"{host} answered with status {status}."),
        };
        return new HttpFailure(code, message, body.Length == 0 ? null : Cause(body));
    }

    private static bool Says(string body, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
            if (body.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static string? ErrorTypeIn(string message)
    {
        var start = message.IndexOf('{', StringComparison.Ordinal);
        var end = message.LastIndexOf('}');
        if (start < 0 || end < start) return null;
        try
        {
            using var document = JsonDocument.Parse(message.AsMemory(start, end - start + 1));
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var inner)
                && inner.ValueKind == JsonValueKind.Object && inner.TryGetProperty("type", out var type)
                    ? type.GetString() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // No error of a provider: the message is of the client's own.
        }
    }
}
