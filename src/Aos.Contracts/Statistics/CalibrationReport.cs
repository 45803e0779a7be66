using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Statistics;

/// <summary>How well estimates foretold what calls cost and took: what <c>aos stats calibration --json</c>
/// prints.</summary>
public sealed record CalibrationReport
{
    /// <summary>How many runs were read, the newest.</summary>
    public int RunsRead { get; init; }

    /// <summary>Each skill version that was called, by name and version.</summary>
    public ValueList<SkillCalibration> Skills { get; init; }
}

/// <summary>How well the estimates of one skill version did.</summary>
public sealed record SkillCalibration
{
    /// <summary>The skill in its exact version.</summary>
    public required SkillRef Skill { get; init; }

    /// <summary>Calls that came back by themselves, well or not; what was cancelled or lost is left out.</summary>
    public int Calls { get; init; }

    /// <summary>Of the cost, in cents.</summary>
    public required EstimateScore CostCents { get; init; }

    /// <summary>Of the time, in milliseconds.</summary>
    public required EstimateScore LatencyMs { get; init; }
}

/// <summary>Estimates beside what came, over all calls of a skill version.</summary>
public sealed record EstimateScore
{
    /// <summary>The mean of what was predicted.</summary>
    public double Predicted { get; init; }

    /// <summary>The mean of what came.</summary>
    public double Actual { get; init; }

    /// <summary>How far a prediction was off, in the mean, in either direction.</summary>
    public double MeanError { get; init; }

    /// <summary>The mean of what came less what was predicted: above 0 where the estimate is too low.</summary>
    public double Bias { get; init; }

    /// <summary>The share of calls that stayed within their prediction, 0 to 1.</summary>
    public double Within { get; init; }

    /// <summary>What 19 of 20 calls of the older half did not exceed; absent where that half has fewer than 20
    /// calls.</summary>
    public double? P95 { get; init; }

    /// <summary>The share of the newer half, which <see cref="P95"/> was not learned from, that it covers: 0.95 where
    /// it holds.</summary>
    public double? P95Coverage { get; init; }
}
