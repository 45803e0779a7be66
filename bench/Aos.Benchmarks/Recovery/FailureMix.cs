using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aos.Benchmarks.Recovery;

/// <summary>What calls run into: an assumption, in <c>failure_mix.json</c> or a file of one's own.</summary>
internal sealed record FailureMix
{
    public required string Description { get; init; }

    public required int CallsThatFailPerMille { get; init; }

    public required IReadOnlyList<FailureCause> Causes { get; init; }

    public static FailureMix Read(string? file)
    {
        using var stream = file is not null ? File.OpenRead(file)
            : typeof(FailureMix).Assembly.GetManifestResourceStream("failure_mix.json")!;
        var mix = JsonSerializer.Deserialize(stream, FailureMixJson.Default.FailureMix);
        return mix is { Causes.Count: > 0 }
            ? mix : throw new InvalidOperationException("The mix of failures names no cause.");
    }
}

/// <summary>One cause.</summary>
internal sealed record FailureCause
{
    public required string Code { get; init; }

    public required int Weight { get; init; }

    /// <summary>Milliseconds that an outage lasts on average.</summary>
    public int LastsMs { get; init; }

    public required int PermanentPerMille { get; init; }

    /// <summary>Whether an attempt that fails in this way costs as much as one that works.</summary>
    public required bool Billed { get; init; }

    /// <summary>Whether the other side says when it is over.</summary>
    public bool SaysHowLong { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FailureMix))]
internal sealed partial class FailureMixJson : JsonSerializerContext;
