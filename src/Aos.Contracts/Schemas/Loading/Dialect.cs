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
    private const string VocabularyPrefix = "https://json-schema.org/draft/2020-12/vocab/";

    /// <summary>The vocabulary of a URI, or none where it is not known.</summary>
    public static Vocabularies Named(string uri) => !uri.StartsWith(VocabularyPrefix, StringComparison.Ordinal)
        ? Vocabularies.None
        : uri[VocabularyPrefix.Length..] switch
        {
            "core" => Vocabularies.Core,
            "applicator" => Vocabularies.Applicator,
            "unevaluated" => Vocabularies.Unevaluated,
            "validation" => Vocabularies.Validation,
            "meta-data" => Vocabularies.Metadata,
            "format-annotation" => Vocabularies.FormatAnnotation,
            "format-assertion" => Vocabularies.FormatAssertion,
            "content" => Vocabularies.Content,
            _ => Vocabularies.None,
        };
}
