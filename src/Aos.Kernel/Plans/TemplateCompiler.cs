using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Expressions;
using Aos.Contracts.Json;

namespace Aos.Kernel.Plans;

/// <summary>Turns a JSON document into a <see cref="Template"/>, and collects what is wrong with its
/// expressions.</summary>
internal sealed class TemplateCompiler
{
    private readonly ImmutableArray<Expression>.Builder _expressions = ImmutableArray.CreateBuilder<Expression>();
    private readonly List<(string Pointer, string Message)> _mistakes = [];

    public IReadOnlyList<(string Pointer, string Message)> Mistakes => _mistakes;

    /// <summary>Where in the document each expression of the template stands.</summary>
    public List<string> Places { get; } = [];

    public Template Compile(JsonElement document) =>
        Template.Of(Node(document, ""), ImmutableArray<Expression>.Empty.AddRange(_expressions));

    private TemplateNode Node(JsonElement element, string pointer)
    {
        var before = _expressions.Count;
        var node = element.ValueKind switch
        {
            JsonValueKind.Object => Members(element, pointer),
            JsonValueKind.Array => Items(element, pointer),
            JsonValueKind.String => Text(element.GetString()!, pointer),
            _ => new TemplateNode.Literal(CanonicalJson.ToBytes(element)),
        };
        return _expressions.Count > before || node is TemplateNode.Literal ? node : Flatten(node);
    }

    // A part without expressions is rendered once, here.
    private static TemplateNode.Literal Flatten(TemplateNode node)
    {
        var template = Template.Of(node, []);
        return new TemplateNode.Literal(template.Literal!.Utf8.ToArray());
    }

    private TemplateNode.Members Members(JsonElement element, string pointer)
    {
        var items = new List<(string Name, TemplateNode Value)>();
        foreach (var member in element.EnumerateObject())
            items.Add((member.Name, Node(member.Value, $"{pointer}/{JsonPointer.Escape(member.Name)}")));
        items.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return new TemplateNode.Members([.. items.Select(item =>
            (Name(item.Name), item.Value))]);
    }

    /// <summary>The name of a member as JSON text, with the colon.</summary>
    public static byte[] Name(string name) => [.. ExpressionValue.FromString(name).ToCanonicalUtf8(), (byte)':'];

    private TemplateNode.List Items(JsonElement element, string pointer)
    {
        var items = ImmutableArray.CreateBuilder<TemplateNode>();
        foreach (var item in element.EnumerateArray()) items.Add(Node(item, $"{pointer}/{items.Count}"));
        return new TemplateNode.List(items.ToImmutable());
    }

    private TemplateNode Text(string text, string pointer)
    {
        var parts = ImmutableArray.CreateBuilder<(string? Literal, Expression? Expression)>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (IsAt(text, i, "$${"))
            {
                literal.Append("${");
                i += 2;
            }
            else if (IsAt(text, i, "${"))
            {
                if (!Expression.TryParseUntilBrace(text, i + 2, out var expression, out var end, out var error))
                {
                    _mistakes.Add((pointer, error.In(text)));
                    return new TemplateNode.Literal("null"u8.ToArray());
                }
                if (literal.Length > 0) parts.Add((literal.ToString(), null));
                literal.Clear();
                parts.Add((null, expression));
                _expressions.Add(expression);
                Places.Add(pointer);
                i = end;
            }
            else literal.Append(text[i]);
        }
        if (parts.Count == 1 && literal.Length == 0) return new TemplateNode.Value(parts[0].Expression!);
        if (literal.Length > 0 || parts.Count == 0) parts.Add((literal.ToString(), null));
        return new TemplateNode.Text(parts.ToImmutable());
    }

    private static bool IsAt(string text, int index, string mark) =>
        string.CompareOrdinal(text, index, mark, 0, mark.Length) == 0;
}
