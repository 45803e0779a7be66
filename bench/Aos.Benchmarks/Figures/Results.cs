using System.Text.Json.Serialization;
using Aos.Benchmarks.Engine;
using Aos.Benchmarks.Questions;
using Aos.Benchmarks.Recovery;
using Aos.Benchmarks.Server;

namespace Aos.Benchmarks.Figures;

/// <summary>What a measurement prints: its rows and where they were made.</summary>
internal sealed record Results<T>
{
    public required IReadOnlyList<T> Rows { get; init; }

    public Machine Machine { get; init; } = Machine.Here();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Results<EngineRow>))]
[JsonSerializable(typeof(Results<GrowthRow>))]
[JsonSerializable(typeof(Results<RecoveryRow>))]
[JsonSerializable(typeof(Results<RecoveryValueRow>))]
[JsonSerializable(typeof(Results<QueryRow>))]
[JsonSerializable(typeof(Results<ReplayRow>))]
[JsonSerializable(typeof(Results<ServerRow>))]
[JsonSerializable(typeof(Results<SimulateRow>))]
[JsonSerializable(typeof(Results<StartupRow>))]
[JsonSerializable(typeof(Results<WaitingRow>))]
internal sealed partial class ResultsJson : JsonSerializerContext;
