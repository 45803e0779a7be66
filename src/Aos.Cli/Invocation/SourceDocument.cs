using Aos.Contracts.Outcomes;
using Aos.Runtime.Documents;

namespace Aos.Cli.Invocation;

/// <summary>A document that a command was given: its bytes and the name by which people know it.</summary>
/// <param name="Name">A file name, <c>standard input</c> or the option.</param>
/// <param name="Utf8">The bytes.</param>
internal sealed record SourceDocument(string Name, ReadOnlyMemory<byte> Utf8)
{
    /// <summary>The text before a message about a place: <c>plan.json:4:12</c>, or the name alone where the document is
    /// neither JSON nor YAML.</summary>
    public string Locate(string pointer) =>
        DocumentPlaces.Find(Utf8, pointer) is { } place ? $"{Name}:{place.Line}:{place.Column}" : Name;

    /// <summary>A refusal whose details say line and column of this document.</summary>
    public StructuredOutcome Place(StructuredOutcome outcome) =>
        outcome.Failure is not { Details.IsEmpty: false } failure
        ? outcome
        : outcome with { Failure = failure with { Details = [.. DocumentPlaces.Place(failure.Details, Utf8)] } };
}
