using System.Text.Json.Serialization;
using Aos.Contracts.Failures;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;

namespace Aos.Contracts.Models;

/// <summary>A language model as a profile names it, or as a run pins it: who serves it, where, at what price.</summary>
public sealed record ModelSpec
{
    /// <summary>Who serves it.</summary>
    public required ModelProvider Provider { get; init; }

    /// <summary>The model, as its provider names it.</summary>
    public required string Model { get; init; }

    /// <summary>Where it is served, an http or https address without a path of calls. Absent: the provider's own.
    /// Naming it here allows it: the profile's network need not.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The key of the provider. Absent: none is sent.</summary>
    public KeyReference? ApiKey { get; init; }

    /// <summary>The file of recorded answers, for the scripted provider; relative to the profile.</summary>
    public string? Script { get; init; }

    /// <summary>Tokens that a request and its answer may have together. Absent: as the price table says.</summary>
    [Bounds(1, 100_000_000)]
    public int? ContextTokens { get; init; }

    /// <summary>Tokens that an answer may have. Absent: as the price table says, or 4,096. A call that asks for no
    /// number gets at most 4,096.</summary>
    [Bounds(1, 100_000_000)]
    public int? MaxOutputTokens { get; init; }

    /// <summary>How answers that must match a schema are asked for. Absent: native.</summary>
    public StructuredOutput? StructuredOutput { get; init; }

    /// <summary>Models that stand in for this one, in the order in which they are tried.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<ModelFallback> Fallbacks { get; init; }

    /// <summary>What tokens cost, over the price table. Absent: as the price table says.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>The price table that the price was taken from, in a run; absent where the profile gave it.</summary>
    public string? PriceTable { get; init; }
}

/// <summary>Who serves a model.</summary>
[JsonConverter(typeof(SnakeCaseEnum<ModelProvider>))]
public enum ModelProvider
{
    /// <summary>Anthropic's Messages API.</summary>
    Anthropic,

    /// <summary>OpenAI's Chat Completions API, or any that speaks it.</summary>
    Openai,

    /// <summary>Ollama, by its compatible endpoint. Its models cost nothing unless a price is given.</summary>
    Ollama,

    /// <summary>Recorded answers from a file: no model is asked. For demonstrations and tests.</summary>
    Scripted,
}

/// <summary>How answers that must match a schema are asked for. They are checked either way.</summary>
[JsonConverter(typeof(SnakeCaseEnum<StructuredOutput>))]
public enum StructuredOutput
{
    /// <summary>The schema is given to the provider, which sees to it.</summary>
    Native,

    /// <summary>The model is told in words, for endpoints that know no schemas.</summary>
    Instructed,
}

/// <summary>The key of a provider, by the name of a secret.</summary>
public sealed record KeyReference
{
    /// <summary>The name of the secret.</summary>
    [JsonPropertyName("$secret")]
    public required SecretName Secret { get; init; }
}

/// <summary>A model that stands in for another.</summary>
public sealed record ModelFallback
{
    /// <summary>A name of the profile's models.</summary>
    public required string Model { get; init; }

    /// <summary>After which failures: categories or codes of the taxonomy. Absent: transient, budget and limit, and
    /// answers that were refused by a filter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<string> On { get; init; }

    /// <summary>What <see cref="On"/> stands for where it is absent.</summary>
    public static ValueList<string> DefaultOn { get; } =
        ["transient", "budget", "limit", ErrorCodes.ContentFiltered.Value, ErrorCodes.ModelRefused.Value];
}
