using System.Text.Json.Serialization;
using Aos.Benchmarks.Engine;

namespace Aos.Benchmarks.Figures;

/// <summary>What a measurement prints: its rows and where they were made.</summary>
internal sealed record Results<T>
{
    public required IReadOnlyList<T> Rows { get; init; }

    public Machine Machine { get; init; } = Machine.Here();
}

/// <summary>Where figures were made; figures of two machines are not compared.</summary>
internal sealed record Machine(string Processor, int Cores, string OperatingSystem, string Runtime, DateTimeOffset At)
{
    public static Machine Here() => new(
        ProcessorName(), Environment.ProcessorCount, System.Runtime.InteropServices.RuntimeInformation.OSDescription,
        System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
        TimeProvider.System.GetUtcNow());

    private static string ProcessorName() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
        : "unknown";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Results<EngineRow>))]
internal sealed partial class ResultsJson : JsonSerializerContext;
