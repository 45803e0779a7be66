using System.Runtime.InteropServices;

namespace Aos.Benchmarks.Figures;

/// <summary>Where figures were made; figures of two machines are not compared.</summary>
internal sealed record Machine(string Processor, int Cores, string OperatingSystem, string Runtime, DateTimeOffset At)
{
    public static Machine Here() => new(ProcessorName(), Environment.ProcessorCount, RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription, TimeProvider.System.GetUtcNow());

    private static string ProcessorName()
    {
        const string Table = "/proc/cpuinfo";
        var line = File.Exists(Table)
            ? File.ReadLines(Table)
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':')[1].Trim() ?? "unknown";
    }
}
