using System.Text.Json.Serialization;

namespace Aos.Benchmarks.Engine;

/// <summary>A row of <c>bench/run engine</c>.</summary>
internal sealed record EngineRow
{
    public required string Store { get; init; }

    public required string Mix { get; init; }

    public required int RunsInFlight { get; init; }

    public required double StepsPerS { get; init; }

    public required double FloorStepsPerS { get; init; }

    public required double RatioToFloor { get; init; }

    public required double StepP50Us { get; init; }

    public required double StepP95Us { get; init; }

    [JsonPropertyName("cpu_s_per_1000_steps")]
    public required double CpuSPer1000Steps { get; init; }

    public required long BytesPerStep { get; init; }

    public required long AllocBytesPerStep { get; init; }
}
