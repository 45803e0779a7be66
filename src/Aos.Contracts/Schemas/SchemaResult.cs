using System.Collections.Immutable;

namespace Aos.Contracts.Schemas;

/// <summary>The verdict on one instance.</summary>
/// <param name="Errors">Empty exactly if the instance is valid; never more than <see cref="SchemaOptions.ErrorsMax"/>,
/// causes included.</param>
public sealed record SchemaResult(ImmutableArray<SchemaError> Errors)
{
    internal static SchemaResult Valid { get; } = new([]);

    /// <summary>Whether the instance keeps the schema.</summary>
    public bool IsValid => Errors.IsEmpty;
}

/// <summary>One way in which an instance breaks a schema.</summary>
/// <param name="InstanceLocation">RFC 6901 pointer to the offending value.</param>
/// <param name="SchemaLocation">Absolute URI of the keyword: the resource's URI (empty where it has none), <c>#</c>,
/// and a pointer in the URI fragment form.</param>
/// <param name="Keyword">The keyword that failed; <c>false</c> for a boolean schema.</param>
/// <param name="Message">What is expected and, for numbers and names, what was found. Holds no string values of the
/// instance.</param>
/// <param name="Causes">Under <c>anyOf</c>, <c>oneOf</c> and <c>contains</c>: why the alternatives failed.</param>
public sealed record SchemaError(
    string InstanceLocation,
    string SchemaLocation,
    string Keyword,
    string Message,
    ImmutableArray<SchemaError> Causes)
{
    /// <summary>Under <c>anyOf</c> and <c>oneOf</c>: why the one alternative failed that the instance has the kind of;
    /// empty where there is none or more than one.</summary>
    public ImmutableArray<SchemaError> Nearest { get; init; } = [];
}
