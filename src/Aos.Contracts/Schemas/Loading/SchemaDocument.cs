using System.Text.Json;
using Aos.Contracts.Schemas.Keywords;

namespace Aos.Contracts.Schemas.Loading;

/// <summary>One JSON document and the subschemas found in it, by pointer.</summary>
internal sealed class SchemaDocument(string uri, JsonElement root)
{
    /// <summary>Where it was retrieved; empty for a root without a URI.</summary>
    public string Uri { get; } = uri;

    public JsonElement Root { get; } = root;

    public Dictionary<string, SchemaPlace> Places { get; } = new(StringComparer.Ordinal);
}

/// <summary>A subschema with a URI of its own: the root of a document, or an object with <c>$id</c>.</summary>
internal sealed class SchemaResource(SchemaDocument document, string pointer, string uri)
{
    public SchemaDocument Document { get; } = document;

    /// <summary>Pointer of its root within the document.</summary>
    public string Pointer { get; } = pointer;

    public string Uri { get; } = uri;

    public Vocabularies Vocabularies { get; set; } = Vocabularies.Standard;

    /// <summary>Plain-name fragments, dynamic ones included.</summary>
    public Dictionary<string, SchemaPlace> Anchors { get; } = new(StringComparer.Ordinal);

    public HashSet<string> DynamicAnchors { get; } = new(StringComparer.Ordinal);

    /// <summary>Filled at the end of a compilation, for every dynamic anchor that a reference may reach.</summary>
    public Dictionary<string, SchemaNode> DynamicNodes { get; } = new(StringComparer.Ordinal);
}

/// <summary>A subschema before compilation.</summary>
/// <param name="Element">An object or a boolean.</param>
/// <param name="Resource">What its references resolve against.</param>
/// <param name="Pointer">Its pointer within the document.</param>
internal sealed record SchemaPlace(JsonElement Element, SchemaResource Resource, string Pointer);
