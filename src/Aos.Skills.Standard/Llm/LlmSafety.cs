using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Models;

namespace Aos.Skills.Standard.Llm;

/// <summary>What the profile's <c>config.llm_invoke</c> watches over: sizes, block rules, secrets. Immutable.</summary>
internal sealed class LlmSafety
{
    private readonly LlmConfig _config;
    private readonly IReadOnlyList<(LlmBlockRule Rule, Regex Pattern)> _rules;

    private LlmSafety(LlmConfig config, IReadOnlyList<(LlmBlockRule, Regex)> rules) =>
        (_config, _rules) = (config, rules);

    private long InputMax => _config.MaxInputChars ?? 2_000_000;

    private long OutputMax => _config.MaxOutputChars ?? 1_000_000;

    /// <summary>Reads the settings; or says what is wrong with them.</summary>
    public static (LlmSafety? Safety, string? Mistake) Read(Payload? config)
    {
        try
        {
            var read = config is null ? new LlmConfig()
                : JsonSerializer.Deserialize(config.Utf8.Span, LlmConfigContext.Default.LlmConfig) ?? new LlmConfig();
            return (new LlmSafety(read, [.. (read.Block ?? []).Select(rule => (rule, new Regex(rule.Pattern,
                RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)))]), null);
        }
        catch (Exception error) when (error is JsonException or ArgumentException or NotSupportedException)
        {
            return (null, error.Message);
        }
    }

    /// <summary>Hosts of models to which the trace of the run is handed on.</summary>
    public ValueList<string> TraceTo => ValueList.From(_config.TraceTo ?? []);

    /// <summary>Why a request is not sent; null where it may be.</summary>
    public SkillResult? Refuse(ValueList<ModelMessage> messages, string? system)
    {
        var length = (system?.Length ?? 0) + messages.Sum(message => (long)message.Text.Length);
        if (length > InputMax)
            return Fail(
                ErrorCodes.PayloadTooLarge, $"The request has {length} characters; the profile allows {InputMax}.");
        foreach (var text in messages.Select(message => message.Text).Prepend(system ?? ""))
            if (Blocked(text, BlockedSide.Input) is { } refused) return refused;
        return null;
    }

    /// <summary>Why an answer is withheld; null where it may be given.</summary>
    /// <param name="answer">The text.</param>
    /// <param name="json">Its value, in which nothing is hidden by an escape; null: none.</param>
    public SkillResult? Withhold(string answer, Payload? json) => answer.Length > OutputMax
        ? Fail(ErrorCodes.ResponseTooLarge,
            $"The answer has {answer.Length} characters; the profile allows {OutputMax}.")
        : Blocked(answer, BlockedSide.Output) ?? (json is null ? null : Blocked(json.ToString(), BlockedSide.Output));

    /// <summary>The text without what looks like a secret.</summary>
    public string Redact(string text) => _config.Redact != false ? SecretPatterns.Redact(text) : text;

    /// <summary>Writes a value, each of its texts without what looks like a secret.</summary>
    public void WriteRedacted(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(Redact(member.Name));
                    WriteRedacted(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) WriteRedacted(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String: writer.WriteStringValue(Redact(value.GetString()!)); break;
            default: value.WriteTo(writer); break;
        }
    }

    private SkillResult? Blocked(string text, BlockedSide side)
    {
        foreach (var (rule, pattern) in _rules)
            if ((rule.On is null || rule.On == side) && pattern.IsMatch(text))
                return Fail(ErrorCodes.SafetyBlocked, $"Block rule '{rule.Id}' of the profile matches "
                    + $"{(side == BlockedSide.Input ? "what would be sent" : "the answer")}{(rule.Reason is null ? "." : $": {rule.Reason}")}");
        return null;
    }

    private static SkillResult Fail(ErrorCode code, string message) =>
        SkillResult.Failure(code, message, EffectState.None);
}

/// <summary>The settings of <c>llm_invoke</c> in a profile.</summary>
internal sealed record LlmConfig
{
    /// <summary>Characters that a request may have. Default 2,000,000.</summary>
    public long? MaxInputChars { get; init; }

    /// <summary>Characters that an answer may have. Default 1,000,000.</summary>
    public long? MaxOutputChars { get; init; }

    /// <summary>Whether what looks like a key or token is taken out of requests and answers. Default: yes.</summary>
    public bool? Redact { get; init; }

    /// <summary>Hosts of models to which the trace of the run is handed on, as entries of a network. Default:
    /// none.</summary>
    public IReadOnlyList<string>? TraceTo { get; init; }

    /// <summary>Patterns that stop a request or withhold an answer.</summary>
    public IReadOnlyList<LlmBlockRule>? Block { get; init; }
}

/// <summary>A pattern that stops a request or withholds an answer.</summary>
internal sealed record LlmBlockRule
{
    /// <summary>Its name, for messages.</summary>
    public required string Id { get; init; }

    /// <summary>A regular expression without backtracking, searched for anywhere, case ignored.</summary>
    public required string Pattern { get; init; }

    /// <summary>Which side it looks at. Absent: both.</summary>
    public BlockedSide? On { get; init; }

    /// <summary>Why, for whoever is refused.</summary>
    public string? Reason { get; init; }
}

/// <summary>A side of a call.</summary>
[JsonConverter(typeof(SnakeCaseEnum<BlockedSide>))]
internal enum BlockedSide
{
    /// <summary>What is sent.</summary>
    Input,

    /// <summary>What is answered.</summary>
    Output,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LlmConfig))]
internal sealed partial class LlmConfigContext : JsonSerializerContext;
