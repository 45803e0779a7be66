using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Microsoft.Extensions.AI;

namespace Aos.Skills.Standard.Models;

/// <summary>The file of a scripted model: answers, of which the first that fits a request is given.</summary>
internal sealed record ModelScript
{
    private const int BytesMax = 4 << 20;
    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(1);

    /// <summary>Where the answers come from, for people.</summary>
    public string? Description { get; init; }

    /// <summary>The answers, in the order in which they are tried.</summary>
    public required IReadOnlyList<ScriptedAnswer> Answers { get; init; }

    /// <summary>Reads the file of a model.</summary>
    /// <exception cref="ScriptedFailureException">It cannot be read, or is no script.</exception>
    public static async ValueTask<ModelScript> ReadAsync(ModelSpec model, CancellationToken cancel)
    {
        var path = model.Script ?? throw Unusable($"The scripted model '{model.Model}' has no script.");
        byte[] bytes;
        try
        {
            if (new FileInfo(path).Length > BytesMax)
                throw Unusable($"The script '{path}' has more than {BytesMax} bytes.");
            bytes = await File.ReadAllBytesAsync(path, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"The script '{path}' cannot be read: {error.Message}");
        }
        if (StrictJson.Parse(bytes, JsonLimits.Default) is JsonReadResult.Refused refused)
            throw Unusable($"The script '{path}' is no JSON: {refused.Problem.Pointer}: {refused.Problem.Message}");
        try
        {
            return JsonSerializer.Deserialize(bytes, ScriptJsonContext.Default.ModelScript)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException error)
        {
            throw Unusable($"The script '{path}' is no script of answers: {error.Message}");
        }
    }

    /// <summary>The first answer that fits, and its text.</summary>
    /// <exception cref="ScriptedFailureException">The script says that the call fails, or has no answer.</exception>
    public (ScriptedAnswer Answer, string Text) AnswerTo(ModelRequest request, IEnumerable<ChatMessage> messages)
    {
        var said = string.Join('\n', messages.Select(message => message.Text));
        foreach (var answer in Answers)
        {
            if (answer.Attempt is { } attempt && attempt != request.Attempt) continue;
            if (answer.Match is { } pattern && !Matches(said, pattern)) continue;
            if (answer.Fail is { } code)
                throw new ScriptedFailureException(
                    ErrorCode.TryParse(code, out var parsed) ? parsed : ErrorCodes.ScriptExhausted,
                    answer.Text ?? $"The script says that the call fails with {code}.",
                    answer.RetryAfterMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null);
            return (answer, answer.Json is { } json ? json.GetRawText() : answer.Text ?? "");
        }
        throw new ScriptedFailureException(ErrorCodes.ScriptExhausted,
            $"The script of the scripted model '{request.Model.Model}' has no answer for this request "
                + $"(attempt {request.Attempt}).");
    }

    private static bool Matches(string said, string pattern)
    {
        try
        {
            return Regex.IsMatch(
                said, pattern,
                RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, MatchTime);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            throw Unusable($"The pattern '{pattern}' of the script cannot be used: {error.Message}");
        }
    }

    private static ScriptedFailureException Unusable(string message) => new(ErrorCodes.ScriptExhausted, message);
}

/// <summary>One answer of a script.</summary>
internal sealed record ScriptedAnswer
{
    /// <summary>A regular expression without backtracking, searched for in all that is said, case ignored. Absent: it
    /// fits every request.</summary>
    public string? Match { get; init; }

    /// <summary>The only attempt that it is given to, from 1. Absent: any.</summary>
    public int? Attempt { get; init; }

    /// <summary>The text; or the message of a failure.</summary>
    public string? Text { get; init; }

    /// <summary>The answer as a value, in place of a text.</summary>
    public JsonElement? Json { get; init; }

    /// <summary>Why it ends. Absent: stop.</summary>
    public string? FinishReason { get; init; }

    /// <summary>The code that the call fails with. Absent: it does not.</summary>
    public string? Fail { get; init; }

    /// <summary>Milliseconds that a failing call asks to wait.</summary>
    public long? RetryAfterMs { get; init; }

    /// <summary>Tokens of the request. Absent: they are counted.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Tokens of the answer. Absent: they are counted.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>Of the request, tokens read from a cache.</summary>
    public long? CachedTokens { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ModelScript))]
internal sealed partial class ScriptJsonContext : JsonSerializerContext;
