using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Models;

/// <summary>What a model is asked. Immutable.</summary>
public sealed record ModelRequest
{
    /// <summary>The model, with its price.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>The conversation, oldest first; at least one message, the last of the user.</summary>
    public required ValueList<ModelMessage> Messages { get; init; }

    /// <summary>What holds for the whole conversation; null: nothing.</summary>
    public string? System { get; init; }

    /// <summary>The most tokens that the answer may have; null: what the model allows, at most 4,096.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How freely the model chooses its words, 0 to 2; null: as its provider does.</summary>
    public double? Temperature { get; init; }

    /// <summary>JSON Schema 2020-12 that the answer must match; null: it is text.</summary>
    public Payload? OutputSchema { get; init; }

    /// <summary>The entries of the profile's network. The host of the model is allowed without them, at its public
    /// addresses and, where it is named <c>localhost</c> or by its address, there.</summary>
    public ValueList<string> Network { get; init; }

    /// <summary>Hosts to which the current trace is handed on, as entries of a network. Default: none.</summary>
    public ValueList<string> TraceTo { get; init; }

    /// <summary>Which try this is, from 1: recorded answers may depend on it.</summary>
    public int Attempt { get; init; } = 1;
}

/// <summary>A message of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Text">What is said.</param>
public sealed record ModelMessage(ModelRole Role, string Text);

/// <summary>Who speaks.</summary>
public enum ModelRole
{
    /// <summary>Whoever asks.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}

/// <summary>What a request costs and how long it is, found without asking anybody.</summary>
public sealed record ModelQuote
{
    /// <summary><c>OK</c>, or why the request cannot be made: <c>PRICE_UNKNOWN</c>, <c>CONTEXT_TOO_LONG</c>,
    /// <c>INVALID_INPUT</c>.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>Why it cannot be made.</summary>
    public string? Message { get; init; }

    /// <summary>The most that it costs: every token of the request and as many of the answer as it may have, in the
    /// dearest class.</summary>
    public Money Worst { get; init; }

    /// <summary>What it is expected to cost.</summary>
    public Money Expected { get; init; }

    /// <summary>Tokens of the request: counted, or estimated with a margin where the model's tokenizer is not
    /// public.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens that the answer may have.</summary>
    public int MaxTokens { get; init; }
}

/// <summary>What a model answered, or why there is no answer that can be used.</summary>
public sealed record ModelAnswer
{
    /// <summary><c>OK</c>, or a code of the taxonomy.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>What happened and what to do; null where it went well.</summary>
    public string? Message { get; init; }

    /// <summary>What lay beneath a failure.</summary>
    public string? Cause { get; init; }

    /// <summary>The text, also of an answer that cannot be used, as far as it came.</summary>
    public string Text { get; init; } = "";

    /// <summary>The answer as a value, where a schema asked for one and it matches.</summary>
    public Payload? Json { get; init; }

    /// <summary>The model that answered, as its provider names it.</summary>
    public string? Model { get; init; }

    /// <summary>Why the answer ends: <c>stop</c>, <c>length</c>, <c>refusal</c>, <c>content_filter</c>; null where it
    /// does not.</summary>
    public string? FinishReason { get; init; }

    /// <summary>The tokens; null where the provider did not say.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>Whether the tokens were estimated, because the provider did not say them.</summary>
    public bool IsUsageEstimated { get; init; }

    /// <summary>What it cost. Where an answer broke off, nobody knows, and its worst case is counted.</summary>
    public Money Cost { get; init; }

    /// <summary>How long the provider asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How the answer breaks the schema, by place.</summary>
    public ValueList<Problem> Problems { get; init; }

    /// <summary>Whether there is an answer that can be used.</summary>
    public bool Succeeded => Code == Contracts.Failures.ErrorCodes.Ok;
}
