using System.Collections.Frozen;

namespace Aos.Contracts.Schemas.Loading;

/// <summary>Where a keyword's value holds subschemas.</summary>
internal enum Subschemas
{
    None,
    One,
    List,
    Map,

    /// <summary>A map whose values may also be lists of names: <c>dependencies</c> of older drafts.</summary>
    MapOrNames,
}

internal static class SubschemaKeywords
{
    private static readonly FrozenDictionary<string, Subschemas> ByName =
        new Dictionary<string, Subschemas>(StringComparer.Ordinal)
        {
            ["additionalProperties"] = Subschemas.One,
            ["contains"] = Subschemas.One,
            ["contentSchema"] = Subschemas.One,
            ["else"] = Subschemas.One,
            ["if"] = Subschemas.One,
            ["items"] = Subschemas.One,
            ["not"] = Subschemas.One,
            ["propertyNames"] = Subschemas.One,
            ["then"] = Subschemas.One,
            ["unevaluatedItems"] = Subschemas.One,
            ["unevaluatedProperties"] = Subschemas.One,
            ["allOf"] = Subschemas.List,
            ["anyOf"] = Subschemas.List,
            ["oneOf"] = Subschemas.List,
            ["prefixItems"] = Subschemas.List,
            ["$defs"] = Subschemas.Map,
            ["definitions"] = Subschemas.Map,
            ["dependentSchemas"] = Subschemas.Map,
            ["patternProperties"] = Subschemas.Map,
            ["properties"] = Subschemas.Map,
            ["dependencies"] = Subschemas.MapOrNames,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Subschemas Of(string keyword) => ByName.GetValueOrDefault(keyword);
}
