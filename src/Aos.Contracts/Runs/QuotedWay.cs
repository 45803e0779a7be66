using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Runs;

/// <summary>A way in which a call can be made, such as by one of several models, and what an attempt costs then. The
/// skill names them; which one is taken the kernel decides.</summary>
public sealed record QuotedWay
{
    /// <summary>Its name, unique among the ways of the call.</summary>
    public required string Name { get; init; }

    /// <summary><c>OK</c>, or why it cannot be taken: it is passed over as if it had failed with that.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>Why it cannot be taken.</summary>
    public string? Message { get; init; }

    /// <summary>The most that an attempt can cost: held before it.</summary>
    [JsonPropertyName("worst_cents")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Money Worst { get; init; }

    /// <summary>What an attempt is expected to cost.</summary>
    [JsonPropertyName("expected_cents")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Money Expected { get; init; }

    /// <summary>After which failures of the ways before it is taken: categories or codes of the taxonomy. Absent: none,
    /// so that it is only taken as the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<string> On { get; init; }
}
