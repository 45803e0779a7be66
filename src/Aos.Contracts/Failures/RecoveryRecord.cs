using System.Text.Json.Serialization;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Failures;

/// <summary>How often calls of a skill failed with a code, and what trying again brought.</summary>
public sealed record RecoveryRecord
{
    /// <summary>The skill.</summary>
    public required SkillName Skill { get; init; }

    /// <summary>The code.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>Attempts that failed with it.</summary>
    public int Failures { get; init; }

    /// <summary>How many of them were tried again.</summary>
    public int Tries { get; init; }

    /// <summary>How many of those tries succeeded.</summary>
    public int Successes { get; init; }

    /// <summary>How many calls went on with their fallback.</summary>
    public int Fallbacks { get; init; }

    /// <summary>How many of those fallbacks succeeded at their first attempt.</summary>
    public int FallbackSuccesses { get; init; }

    /// <summary>The share of tries that succeeded, 0 to 1; absent where there were none.</summary>
    public double? Rate => Tries == 0 ? null : Math.Round((double)Successes / Tries, 4);

    /// <summary>The lower end of the interval that holds the true share in 95 of 100 cases; absent where there were no
    /// tries.</summary>
    public double? RateLow => Interval?.Low;

    /// <summary>Its upper end.</summary>
    public double? RateHigh => Interval?.High;

    // Wilson's interval: sound for few tries and for shares near 0 and 1, where the usual one is not.
    private (double Low, double High)? Interval
    {
        get
        {
            if (Tries == 0) return null;
            const double z = 1.959963984540054;
            var share = (double)Successes / Tries;
            var middle = share + z * z / (2 * Tries);
            var spread = z * Math.Sqrt((share * (1 - share) + z * z / (4d * Tries)) / Tries);
            var scale = 1 + z * z / Tries;
            return (Math.Round(Math.Max(0, (middle - spread) / scale), 4),
                Math.Round(Math.Min(1, (middle + spread) / scale), 4));
        }
    }
}

/// <summary>A failed attempt, as the failure log has it.</summary>
public sealed record FailureLogEntry
{
    /// <summary>When it came back.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The step.</summary>
    public required StepId StepId { get; init; }

    /// <summary>The item of a fanned-out step.</summary>
    public int? Item { get; init; }

    /// <summary>Which attempt, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>The skill.</summary>
    public required SkillName Skill { get; init; }

    /// <summary>Its version.</summary>
    public required SkillVersion SkillVersion { get; init; }

    /// <summary>The code.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>What happened.</summary>
    public string? Message { get; init; }

    /// <summary>What the attempt cost.</summary>
    [JsonPropertyName("cost_cents")]
    public Money Cost { get; init; }

    /// <summary>Milliseconds that it took.</summary>
    public double LatencyMs { get; init; }

    /// <summary>What was done next: <c>retry</c>, <c>fallback</c> or <c>none</c>.</summary>
    public required string Then { get; init; }

    /// <summary>Whether that succeeded; absent where nothing was done, or it has not come back.</summary>
    public bool? Recovered { get; init; }
}
