namespace Aos.Contracts.Expressions;

/// <summary>What one evaluation may cost. Immutable; the same limits always stop an evaluation at the same
/// place.</summary>
public sealed record ExpressionLimits
{
    /// <summary>The limits that hold unless others are given.</summary>
    public static ExpressionLimits Default { get; } = new();

    /// <summary>Units of work. Each node of the expression and each element visited costs one; lookups in large
    /// containers and work on long text cost in proportion. At least 0. Default 100,000.</summary>
    public int FuelMax { get; init => field = AtLeastZero(value, nameof(FuelMax)); } = 100_000;

    /// <summary>Bytes of JSON that a computed value, also an intermediate one, may take. Values passed through
    /// untouched do not count. At least 0. Default 1 MiB.</summary>
    public int ResultBytesMax { get; init => field = AtLeastZero(value, nameof(ResultBytesMax)); } = 1 << 20;

    private static int AtLeastZero(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, name);
        return value;
    }
}
