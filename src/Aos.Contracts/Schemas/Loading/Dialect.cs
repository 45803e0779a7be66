using System.Collections.Frozen;

namespace Aos.Contracts.Schemas.Loading;

/// <summary>The vocabularies that a schema resource is read with.</summary>
[Flags]
internal enum Vocabularies
{
    None = 0,
    Core = 1,
    Applicator = 1 << 1,
    Unevaluated = 1 << 2,
    Validation = 1 << 3,
    Metadata = 1 << 4,
    FormatAnnotation = 1 << 5,
    FormatAssertion = 1 << 6,
    Content = 1 << 7,

    /// <summary>What the 2020-12 metaschema declares.</summary>
    Standard = Core | Applicator | Unevaluated | Validation | Metadata | FormatAnnotation | Content,
}

internal static class Dialect
{
    public const string Draft202012 = "https://json-schema.org/draft/2020-12/schema";
    private const string Prefix = "https://json-schema.org/draft/2020-12/vocab/";

    private static readonly FrozenDictionary<string, Vocabularies> ByUri =
        new Dictionary<string, Vocabularies>(StringComparer.Ordinal)
        {
            [Prefix + "core"] = Vocabularies.Core,
            [Prefix + "applicator"] = Vocabularies.Applicator,
            [Prefix + "unevaluated"] = Vocabularies.Unevaluated,
            [Prefix + "validation"] = Vocabularies.Validation,
            [Prefix + "meta-data"] = Vocabularies.Metadata,
            [Prefix + "format-annotation"] = Vocabularies.FormatAnnotation,
            [Prefix + "format-assertion"] = Vocabularies.FormatAssertion,
            [Prefix + "content"] = Vocabularies.Content,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The vocabulary of a URI, or none where it is not known.</summary>
    public static Vocabularies Named(string uri) => ByUri.GetValueOrDefault(uri);
}
