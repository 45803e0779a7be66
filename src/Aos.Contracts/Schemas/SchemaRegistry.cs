using System.Collections.Immutable;
using System.Text.Json;

namespace Aos.Contracts.Schemas;

/// <summary>Schema documents by URI: the only source of remote references. Immutable; safe to share.</summary>
public sealed class SchemaRegistry
{
    private readonly ImmutableDictionary<string, JsonElement> _documents;

    private SchemaRegistry(ImmutableDictionary<string, JsonElement> documents) => _documents = documents;

    /// <summary>No documents.</summary>
    public static SchemaRegistry Empty { get; } =
        new(ImmutableDictionary.Create<string, JsonElement>(StringComparer.Ordinal));

    /// <summary>This registry and one document more; a document of the same URI is replaced. Its mistakes are
    /// reported by the compilation that first needs it.</summary>
    /// <param name="uri">The absolute URI to find it by; a fragment is dropped. Compared letter by letter.</param>
    /// <param name="document">The schema; copied, so it may be disposed afterwards.</param>
    public SchemaRegistry Add(string uri, JsonElement document) =>
        new(_documents.SetItem(uri.Split('#')[0], document.Clone()));

    internal bool TryFind(string uri, out JsonElement document) => _documents.TryGetValue(uri, out document);
}
