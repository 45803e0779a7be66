using System.Text.Json;
using Aos.Contracts.Json;

namespace Aos.Contracts.Schemas.Loading;

/// <summary>Walks a document's subschemas and notes their places, resources and anchors. Depth is bounded by the limits
/// the document was read with.</summary>
internal sealed class SchemaScan(SchemaDocument document, SchemaLoader loader)
{
    /// <summary>Scans a subschema that is not the root of a resource unless it says so.</summary>
    public void Walk(JsonElement element, string pointer, SchemaResource resource)
    {
        if (document.Places.ContainsKey(pointer))
            return;
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
        {
            Report(SchemaProblemCodes.NotASchema, pointer, "A schema must be an object or a boolean. Put one here.");
            return;
        }

        if (element.ValueKind == JsonValueKind.Object)
            resource = EnterResource(element, pointer, resource);
        var place = new SchemaPlace(element, resource, pointer);
        document.Places.Add(pointer, place);
        if (element.ValueKind != JsonValueKind.Object)
            return;

        AddAnchor(place, "$anchor", isDynamic: false);
        AddAnchor(place, "$dynamicAnchor", isDynamic: true);
        foreach (var member in element.EnumerateObject())
        {
            var below = pointer + "/" + JsonPointer.Escape(member.Name);
            WalkMember(member.Value, below, SubschemaKeywords.Of(member.Name), resource);
        }
    }

    private void WalkMember(JsonElement value, string pointer, Subschemas kind, SchemaResource resource)
    {
        switch (kind)
        {
            case Subschemas.One:
                Walk(value, pointer, resource);
                break;
            // A value of another type than the keyword's is reported when the keyword is compiled.
            case Subschemas.List when value.ValueKind == JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                    Walk(item, $"{pointer}/{index++}", resource);
                break;
            case Subschemas.Map or Subschemas.MapOrNames when value.ValueKind == JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (kind == Subschemas.Map || member.Value.ValueKind != JsonValueKind.Array)
                        Walk(member.Value, pointer + "/" + JsonPointer.Escape(member.Name), resource);
                }

                break;
        }
    }

    private SchemaResource EnterResource(JsonElement element, string pointer, SchemaResource resource)
    {
        if (element.TryGetProperty("$id", out var id))
        {
            if (id.ValueKind != JsonValueKind.String)
            {
                Report(SchemaProblemCodes.InvalidKeyword, pointer + "/$id", "$id must be a URI reference in a string.");
                return resource;
            }

            var (uri, fragment) = UriText.Split(UriText.Resolve(resource.Uri, id.GetString()!));
            if (!string.IsNullOrEmpty(fragment))
            {
                Report(SchemaProblemCodes.InvalidKeyword, pointer + "/$id",
                    "$id must have no fragment. Use $anchor to name a part of a resource.");
                return resource;
            }

            resource = new SchemaResource(document, pointer, uri) { Vocabularies = resource.Vocabularies };
            if (!loader.TryAdd(resource))
                Report(SchemaProblemCodes.DuplicateIdentifier, pointer + "/$id",
                    $"Two schemas have the identifier {JsonText.Quote(uri)}. Rename one.");
        }

        if (resource.Pointer == pointer && element.TryGetProperty("$schema", out var dialect))
            loader.EnterDialect(resource, dialect);
        return resource;
    }

    private void AddAnchor(SchemaPlace place, string keyword, bool isDynamic)
    {
        if (!place.Element.TryGetProperty(keyword, out var value))
            return;
        var name = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (!IsAnchor(name))
        {
            Report(SchemaProblemCodes.InvalidKeyword, $"{place.Pointer}/{keyword}",
                $"{keyword} must be a name: a letter or underscore, then letters, digits, '-', '_' or '.'.");
            return;
        }

        if (isDynamic)
            place.Resource.DynamicAnchors.Add(name);
        if (!place.Resource.Anchors.TryAdd(name, place) && !ReferenceEquals(place.Resource.Anchors[name], place))
            Report(SchemaProblemCodes.DuplicateIdentifier, $"{place.Pointer}/{keyword}",
                $"Two subschemas of one resource have the anchor {JsonText.Quote(name)}. Rename one.");
    }

    private static bool IsAnchor(string name)
    {
        if (name.Length == 0 || !(char.IsAsciiLetter(name[0]) || name[0] == '_'))
            return false;
        foreach (var unit in name)
        {
            if (!char.IsAsciiLetterOrDigit(unit) && unit is not ('-' or '_' or '.'))
                return false;
        }

        return true;
    }

    private void Report(string code, string pointer, string message) =>
        loader.Report(new SchemaProblem(code, document.Uri, pointer, message));
}
