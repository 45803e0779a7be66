using System.Text.Json.Serialization;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Contracts.Failures;

/// <summary>What kind of failure a code is, which says who can mend it.</summary>
[JsonConverter(typeof(SnakeCaseEnum<FailureCategory>))]
public enum FailureCategory
{
    /// <summary>Not a failure.</summary>
    None,

    /// <summary>The caller's input, plan or document is wrong.</summary>
    Validation,

    /// <summary>The caller may not do this.</summary>
    Permission,

    /// <summary>Money has run out or has no price.</summary>
    Budget,

    /// <summary>A declared limit was reached.</summary>
    Limit,

    /// <summary>It may work if tried again.</summary>
    Transient,

    /// <summary>The other side refuses, and will again.</summary>
    Remote,

    /// <summary>A person said no, or nobody answered.</summary>
    Approval,

    /// <summary>No plan could be made.</summary>
    Planner,

    /// <summary>It was stopped on request.</summary>
    Cancelled,

    /// <summary>Whether it happened is not known.</summary>
    Unknown,

    /// <summary>The store failed.</summary>
    Storage,

    /// <summary>A defect of a skill or of AOS.</summary>
    Internal,
}

/// <summary>The failure catalog: the taxonomy of codes and, in the same data, what each means for retry and
/// repair.</summary>
/// <remarks>Pinned by digest in every run. User entries replace or extend the built-in ones by code.</remarks>
public sealed record FailureCatalog
{
    /// <summary>The version of the catalog, a date or a number chosen by its author.</summary>
    public required string Version { get; init; }

    /// <summary>The codes, in the order in which the documentation lists them.</summary>
    public ValueList<FailureEntry> Entries { get; init; }
}

/// <summary>One code of the catalog.</summary>
public sealed record FailureEntry
{
    /// <summary>The code.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>Its category.</summary>
    public required FailureCategory Category { get; init; }

    /// <summary>When it happens, in one sentence.</summary>
    public required string Cause { get; init; }

    /// <summary>What mends it, in one sentence.</summary>
    public required string Cure { get; init; }

    /// <summary>When and how often to try again. Absent: never.</summary>
    public RetryRule? Retry { get; init; }

    /// <summary>What an agent can do, most useful first.</summary>
    public ValueList<string> Suggestions { get; init; }

    /// <summary>Other calls that can be made instead, with their inputs, most promising first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<Alternative> Alternatives { get; init; }

    /// <summary>The exit code of the command line for a run that ends with this code, 0 to 255; 1 unless it says
    /// otherwise.</summary>
    [Bounds(0, 255)]
    public int? ExitCode { get; init; }
}

/// <summary>When and how often a failed attempt is made again.</summary>
public sealed record RetryRule
{
    /// <summary>Attempts in all, the first included; 1 or more.</summary>
    [Bounds(1)]
    public int MaxAttempts { get; init; }

    /// <summary>Milliseconds that bound the first wait; 0 tries again at once.</summary>
    [Bounds(0)]
    public int InitialMs { get; init; }

    /// <summary>How many times the one before each bound is; 0 is read as 1.</summary>
    [Bounds(0)]
    public int Factor { get; init; }

    /// <summary>Milliseconds above which no bound grows.</summary>
    [Bounds(0)]
    public int MaxMs { get; init; }
}
