namespace Aos.Contracts.Json;

/// <summary>What a JSON document may cost before it is refused. Immutable; safe to share between threads.</summary>
/// <exception cref="ArgumentOutOfRangeException">A limit is set outside its range.</exception>
public sealed record JsonLimits
{
    /// <summary>The limits that hold unless configured: 1 MiB, depth 32, 100,000 nodes, numbers of 64 digits.</summary>
    public static JsonLimits Default { get; } = new();

    /// <summary>Bytes of a whole document. Default 1,048,576; at least 1.</summary>
    public int BytesMax { get; init => field = Within(value, 1, int.MaxValue, nameof(BytesMax)); } = 1 << 20;

    /// <summary>Objects and arrays open at once. Default 32; 0 (scalars only) to 512.</summary>
    public int DepthMax { get; init => field = Within(value, 0, 512, nameof(DepthMax)); } = 32;

    /// <summary>Values in a document, containers included, member names not. Default 100,000; at least 1.</summary>
    public int NodesMax { get; init => field = Within(value, 1, int.MaxValue, nameof(NodesMax)); } = 100_000;

    /// <summary>Digits of a number before its exponent, leading zeros included. Default 64; at least 1.</summary>
    public int NumberDigitsMax { get; init => field = Within(value, 1, int.MaxValue, nameof(NumberDigitsMax)); } = 64;

    /// <summary>Magnitude of a number's exponent, so that exact arithmetic stays cheap. Default 999; 0 to
    /// 99,999.</summary>
    public int ExponentMax { get; init => field = Within(value, 0, 99_999, nameof(ExponentMax)); } = 999;

    private static int Within(int value, int low, int high, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, low, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, high, name);
        return value;
    }
}
