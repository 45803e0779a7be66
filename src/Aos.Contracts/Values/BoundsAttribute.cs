namespace Aos.Contracts.Values;

/// <summary>The least and the most that a number may be, or that a list may have of items. The published JSON Schemas
/// say the same.</summary>
/// <remarks>Where the least is above zero and the member is not nullable, documents must have it: absent would be
/// zero.</remarks>
/// <param name="least">The smallest value or count that is allowed.</param>
/// <param name="most">The largest one; by default whatever the type of the member holds.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BoundsAttribute(long least, long most = long.MaxValue) : Attribute
{
    /// <summary>The smallest value or count that is allowed.</summary>
    public long Least { get; } = least;

    /// <summary>The largest value or count that is allowed.</summary>
    public long Most { get; } = most;
}
