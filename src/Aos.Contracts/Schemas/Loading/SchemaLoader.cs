using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Aos.Contracts.Json;

namespace Aos.Contracts.Schemas.Loading;

/// <summary>The resources that one compilation can see, loaded as they are first named.</summary>
internal sealed class SchemaLoader(SchemaOptions options)
{
    private const int ProblemsMax = 100;

    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dialectsOpen = new(StringComparer.Ordinal);
    private readonly List<SchemaProblem> _problems = [];

    public ImmutableArray<SchemaProblem> Problems => [.. _problems];

    public IReadOnlyCollection<SchemaResource> Resources => _resources.Values;

    public void Report(SchemaProblem problem)
    {
        if (_problems.Count < ProblemsMax)
            _problems.Add(problem);
    }

    /// <summary>Loads a document; null where it is not strict JSON, which is then reported.</summary>
    public SchemaDocument? Load(string uri, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
        {
            Report(new SchemaProblem(
                SchemaProblemCodes.NotASchema, uri, "", "There is no schema. Give an object or a boolean."));
            return null;
        }

        // Read again: the copy is ours, and keeps the rules whatever parser the element came from.
        var text = JsonMarshal.GetRawUtf8Value(element).ToArray();
        var result = StrictJson.Parse(text, options.Limits);
        if (result is JsonReadResult.Refused { Problem: var problem })
            Report(new SchemaProblem(problem.Code, uri, problem.Pointer, problem.Message));
        if (result is not JsonReadResult.Read read)
            return null;

        var document = new SchemaDocument(uri, read.Value);
        var resource = new SchemaResource(document, "", uri);
        _resources.TryAdd(uri, resource);
        new SchemaScan(document, this).Walk(read.Value, "", resource);
        return document;
    }

    /// <summary>Notes a resource under its URI; false where another one has it.</summary>
    public bool TryAdd(SchemaResource resource)
    {
        if (_resources.TryAdd(resource.Uri, resource))
            return true;
        var other = _resources[resource.Uri];
        if (!ReferenceEquals(other.Document, resource.Document) || other.Pointer != resource.Pointer)
            return false;
        // The root of a document says as $id what it was retrieved by.
        _resources[resource.Uri] = resource;
        return true;
    }

    /// <summary>The resource of an absolute URI without fragment; null where nobody has it.</summary>
    public SchemaResource? Find(string uri)
    {
        if (_resources.TryGetValue(uri, out var known))
            return known;
        if (!options.Registry.TryFind(uri, out var element) && !Metaschemas.TryFind(uri, out element))
            return null;
        var document = Load(uri, element);
        if (document is null || !document.Places.TryGetValue("", out var root))
            return null;
        // A document whose $id differs from where it was found answers to both.
        _resources[uri] = root.Resource;
        return root.Resource;
    }

    /// <summary>The subschema that a reference means; null where there is none.</summary>
    public SchemaPlace? Resolve(SchemaResource from, string reference)
    {
        var (uri, fragment) = UriText.Split(UriText.Resolve(from.Uri, reference));
        if (Find(uri) is not { } resource)
            return null;
        if (string.IsNullOrEmpty(fragment))
            return resource.Document.Places.GetValueOrDefault(resource.Pointer);
        return fragment[0] == '/' ? PlaceAt(resource, fragment) : resource.Anchors.GetValueOrDefault(fragment);
    }

    /// <summary>Takes the vocabularies of the metaschema that <c>$schema</c> names.</summary>
    public void EnterDialect(SchemaResource resource, JsonElement dialect)
    {
        var pointer = resource.Pointer + "/$schema";
        if (dialect.ValueKind != JsonValueKind.String)
        {
            Report(new SchemaProblem(SchemaProblemCodes.InvalidKeyword, resource.Document.Uri, pointer,
                "$schema must be a URI in a string."));
            return;
        }

        var (uri, _) = UriText.Split(dialect.GetString()!);
        if (uri == Dialect.Draft202012 || options.AssumeDialect || !_dialectsOpen.Add(uri))
            return;
        if (Find(uri) is { } metaschema)
            resource.Vocabularies = Declared(metaschema);
        else
            Report(new SchemaProblem(SchemaProblemCodes.UnknownDialect, resource.Document.Uri, pointer,
                $"The dialect {JsonText.Quote(uri)} is not known. Use {Dialect.Draft202012}, "
                + "or register its metaschema."));
        _dialectsOpen.Remove(uri);
    }

    private Vocabularies Declared(SchemaResource metaschema)
    {
        var root = metaschema.Document.Places[metaschema.Pointer].Element;
        if (!root.TryGetProperty("$vocabulary", out var declared) || declared.ValueKind != JsonValueKind.Object)
            return Vocabularies.Standard;
        var all = Vocabularies.Core;
        foreach (var member in declared.EnumerateObject())
        {
            var vocabulary = Dialect.Named(member.Name);
            all |= vocabulary;
            if (vocabulary == Vocabularies.None && member.Value.ValueKind != JsonValueKind.False)
                Report(new SchemaProblem(SchemaProblemCodes.UnknownDialect, metaschema.Document.Uri,
                    $"{metaschema.Pointer}/$vocabulary/{JsonPointer.Escape(member.Name)}",
                    $"The vocabulary {JsonText.Quote(member.Name)} is required but not known. "
                    + "Make it optional or drop it."));
        }

        return all;
    }

    private SchemaPlace? PlaceAt(SchemaResource resource, string fragment)
    {
        var document = resource.Document;
        var pointer = resource.Pointer + fragment;
        if (document.Places.TryGetValue(pointer, out var place))
            return place;
        if (!JsonPointer.TryParse(pointer, out var path) || !path.TryResolve(document.Root, out var element))
            return null;

        // A place under a keyword that is not known: it belongs to the nearest subschema around it.
        var owner = resource;
        for (var end = pointer.LastIndexOf('/'); end > 0; end = pointer.LastIndexOf('/', end - 1))
        {
            if (!document.Places.TryGetValue(pointer[..end], out var around))
                continue;
            owner = around.Resource;
            break;
        }

        new SchemaScan(document, this).Walk(element, pointer, owner);
        return document.Places.GetValueOrDefault(pointer);
    }
}
