using System.Collections.Immutable;
using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Schemas.Keywords;
using Aos.Contracts.Schemas.Patterns;

namespace Aos.Contracts.Schemas.Loading;

/// <summary>Turns a schema and what it refers to into nodes. Works from a list, so no depth of references matters.
/// </summary>
internal sealed class SchemaCompiler(SchemaOptions options)
{
    private readonly SchemaLoader _loader = new(options);
    private readonly Dictionary<(SchemaDocument, string), SchemaNode> _nodes = [];
    private readonly Queue<SchemaNode> _pending = [];
    private readonly Dictionary<string, EcmaPattern> _patterns = new(StringComparer.Ordinal);
    private int _linearBudget = 20_000;
    private bool _hasDynamicRef;

    public SchemaOptions Options => options;

    public ImmutableArray<SchemaProblem> Problems => _loader.Problems;

    /// <summary>Compiles from the root; null where it cannot even be read.</summary>
    public SchemaNode? Run(JsonElement schema)
    {
        var document = _loader.Load(UriText.Split(options.BaseUri).Uri, schema);
        if (document is null || !document.Places.TryGetValue("", out var place))
            return null;

        var root = NodeAt(place);
        do
        {
            while (_pending.TryDequeue(out var node))
                node.Complete(new KeywordReader(this, node).Read());
            AddDynamicNodes();
        }
        while (_pending.Count > 0);
        ReportEndlessReferences();
        return root;
    }

    public void Report(string code, SchemaPlace place, string pointer, string message) =>
        _loader.Report(new SchemaProblem(code, place.Resource.Document.Uri, pointer, message));

    public SchemaNode? NodeAt(SchemaDocument document, string pointer) =>
        document.Places.TryGetValue(pointer, out var place) ? NodeAt(place) : null;

    /// <summary>The target of a reference; null where there is none, which is then reported.</summary>
    public SchemaNode? NodeOf(SchemaNode owner, string keyword, string reference)
    {
        if (_loader.Resolve(owner.Place.Resource, reference) is { } place)
            return NodeAt(place);
        Report(SchemaProblemCodes.UnresolvedReference, owner.Place, $"{owner.Place.Pointer}/{keyword}",
            $"The reference {JsonText.Quote(reference)} leads to no schema. "
            + "Correct it, or register the document it names.");
        return null;
    }

    /// <summary>The name of the dynamic anchor that a <c>$dynamicRef</c> starts from; null where it starts from none.
    /// </summary>
    public string? DynamicAnchorOf(SchemaNode initial, string reference)
    {
        var (_, fragment) = UriText.Split(reference);
        if (fragment is null || !initial.Place.Resource.DynamicAnchors.Contains(fragment))
            return null;
        _hasDynamicRef = true;
        return fragment;
    }

    /// <summary>A pattern, compiled once; null where it is none, which is then reported.</summary>
    public EcmaPattern? PatternOf(SchemaPlace place, string pointer, string source)
    {
        if (_patterns.TryGetValue(source, out var known))
            return known;
        if (!EcmaPattern.TryCreate(source, options.PatternTimeout, ref _linearBudget, out var pattern, out var mistake))
        {
            Report(SchemaProblemCodes.InvalidPattern, place, pointer,
                $"The pattern {JsonText.QuotePattern(source)} is no ECMA-262 regular expression: {mistake}.");
            return null;
        }

        _patterns.Add(source, pattern);
        return pattern;
    }

    private SchemaNode NodeAt(SchemaPlace place)
    {
        var key = (place.Resource.Document, place.Pointer);
        if (_nodes.TryGetValue(key, out var node))
            return node;
        node = new SchemaNode(place);
        _nodes.Add(key, node);
        _pending.Enqueue(node);
        return node;
    }

    private void AddDynamicNodes()
    {
        if (!_hasDynamicRef)
            return;
        foreach (var resource in _loader.Resources)
        {
            foreach (var anchor in resource.DynamicAnchors)
                resource.DynamicNodes.TryAdd(anchor, NodeAt(resource.Anchors[anchor]));
        }
    }

    private void ReportEndlessReferences()
    {
        var finished = new HashSet<SchemaNode>();
        foreach (var start in _nodes.Values)
        {
            var open = new HashSet<SchemaNode>();
            var stack = new Stack<(SchemaNode Node, bool IsLeaving)>();
            stack.Push((start, false));
            while (stack.TryPop(out var step))
            {
                if (step.IsLeaving)
                {
                    open.Remove(step.Node);
                    finished.Add(step.Node);
                    continue;
                }

                if (finished.Contains(step.Node))
                    continue;
                if (!open.Add(step.Node))
                {
                    Report(SchemaProblemCodes.EndlessReference, step.Node.Place, step.Node.Place.Pointer,
                        "The schema leads back to itself for the same value, so it never ends. "
                        + "Break the circle of references.");
                    return;
                }

                stack.Push((step.Node, true));
                foreach (var next in step.Node.Keywords.SelectMany(keyword => keyword.Unconditional))
                    stack.Push((next, false));
            }
        }
    }
}
