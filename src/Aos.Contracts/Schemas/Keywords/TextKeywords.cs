using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Schemas.Formats;
using Aos.Contracts.Schemas.Patterns;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary><c>pattern</c>.</summary>
internal sealed class PatternKeyword(SchemaNode owner, EcmaPattern pattern) : Assertion(owner, "pattern")
{
    protected override bool Holds(JsonElement instance, Evaluation run) =>
        instance.ValueKind != JsonValueKind.String || run.IsMatch(pattern, run.TextOf(instance));

    protected override string Expectation(JsonElement instance) =>
        $"must match the pattern {JsonText.QuotePattern(pattern.Source)}";
}

/// <summary><c>format</c> where it asserts; a format that is not known holds always.</summary>
internal sealed class FormatKeyword(SchemaNode owner, string format, FormatCheck check) : Assertion(owner, "format")
{
    protected override bool Holds(JsonElement instance, Evaluation run) =>
        instance.ValueKind != JsonValueKind.String || check(run.TextOf(instance));

    protected override string Expectation(JsonElement instance) => $"must be text of the format {format}";
}
