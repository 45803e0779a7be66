using System.Collections.Immutable;
using System.Text;
using Aos.Contracts.Expressions;
using Aos.Contracts.Values;

namespace Aos.Kernel.Plans;

/// <summary>A JSON document whose strings may hold <c>${ expression }</c>, compiled. Immutable.</summary>
/// <remarks>A string that is one expression takes its value; otherwise text is inserted, and a value that is not a
/// string as JSON. <c>$${</c> stands for <c>${</c>. Members are rendered in the order of canonical JSON.</remarks>
public sealed class Template
{
    private readonly TemplateNode _root;
    private readonly Payload? _literal;

    private Template(TemplateNode root, ImmutableArray<Expression> expressions)
    {
        _root = root;
        Expressions = expressions;
        if (expressions.IsEmpty) _literal = Render(default, root).Payload;
    }

    /// <summary>The expressions in the template, in the order of the document.</summary>
    public ImmutableArray<Expression> Expressions { get; }

    /// <summary>Those of them whose value a rendering can refuse: what stands inside text, where null cannot, and calls
    /// of functions, which take only some types.</summary>
    public IEnumerable<Expression> Delicate =>
        InText(_root).Concat(Expressions.Where(one => one.Text.Contains('(', StringComparison.Ordinal))).Distinct();

    /// <summary>The value of a template without expressions; null where it has some.</summary>
    public Payload? Literal => _literal;

    /// <summary>What of the value is known without a run: strings with expressions are null in it.</summary>
    public Payload Known
    {
        get
        {
            if (_literal is not null) return _literal;
            using var output = new RentedBuffer(256);
            _root.Write(new TemplateRendering(ExpressionValue.Null, output) { LeavesExpressions = true });
            return Payload.FromUtf8(output.Written.ToArray());
        }
    }

    /// <summary>Compiles a validated template; null stands for the empty object.</summary>
    /// <exception cref="InvalidOperationException">An expression has a syntax error.</exception>
    public static Template Compile(Payload? document)
    {
        var compiler = new TemplateCompiler();
        var template = compiler.Compile((document ?? Payload.Empty).Element);
        return compiler.Mistakes.Count == 0
            ? template
            : throw new InvalidOperationException($"The template was not validated: {compiler.Mistakes[0].Message}");
    }

    /// <summary>Renders the template on the data of a run.</summary>
    /// <returns>The value; or why it cannot be rendered.</returns>
    public Rendered Render(in ExpressionValue scope) => Render(scope, leavesUnknown: false);

    /// <summary>Renders the template on the data of a simulated run.</summary>
    /// <param name="scope">The data.</param>
    /// <param name="leavesUnknown">Whether text of which a part is not known is null, rather than without that
    /// part.</param>
    public Rendered Render(in ExpressionValue scope, bool leavesUnknown) =>
        _literal is not null ? new Rendered(_literal, null, HasUnknown: false) : Render(scope, _root, leavesUnknown);

    private static Rendered Render(in ExpressionValue scope, TemplateNode root, bool leavesUnknown = false)
    {
        using var output = new RentedBuffer(512);
        var rendering = new TemplateRendering(scope, output) { LeavesUnknown = leavesUnknown };
        root.Write(rendering);
        return rendering.Error is { } error
            ? new Rendered(Payload.Null, error, HasUnknown: false)
            : new Rendered(Payload.FromUtf8(output.Written.ToArray()), null, rendering.HasUnknown);
    }

    private static IEnumerable<Expression> InText(TemplateNode node) => node switch
    {
        TemplateNode.Text text => text.Parts.Select(part => part.Expression).OfType<Expression>(),
        TemplateNode.Members members => members.Items.SelectMany(item => InText(item.Value)),
        TemplateNode.List list => list.Items.SelectMany(InText),
        _ => [],
    };

    internal static Template Of(TemplateNode root, ImmutableArray<Expression> expressions) => new(root, expressions);
}

/// <summary>What a template came to.</summary>
/// <param name="Payload">The value; parts that are unknown are null in it.</param>
/// <param name="Error">Why it could not be rendered; null where it could.</param>
/// <param name="HasUnknown">Whether parts of it are unknown, in a simulation.</param>
public readonly record struct Rendered(Payload Payload, string? Error, bool HasUnknown);

internal sealed class TemplateRendering(ExpressionValue scope, RentedBuffer output)
{
    public void Write(ReadOnlySpan<byte> json) => output.Write(json);

    public string? Error { get; private set; }

    public bool HasUnknown { get; private set; }

    /// <summary>Whether strings with expressions are written as null, and nothing is evaluated.</summary>
    public bool LeavesExpressions { get; init; }

    /// <summary>Whether text of which a part is not known is written as null.</summary>
    public bool LeavesUnknown { get; init; }

    public bool TryEvaluate(Expression expression, out ExpressionValue value)
    {
        var result = expression.Evaluate(scope);
        value = result.Value;
        if (result.Error is { } error) Fail($"'{ExpressionError.Shorten(expression.Text)}' failed: {error.Message}");
        else if (value.ContainsUnknown) HasUnknown = true;
        return result.IsSuccess;
    }

    public void Fail(string message) => Error ??= message;
}

internal abstract record TemplateNode
{
    private TemplateNode() { } // Closed: these are all the cases.

    public abstract void Write(TemplateRendering rendering);

    public sealed record Literal(byte[] Json) : TemplateNode
    {
        public override void Write(TemplateRendering rendering) => rendering.Write(Json);
    }

    /// <summary>Names are JSON text with the colon.</summary>
    public sealed record Members(ImmutableArray<(byte[] Name, TemplateNode Value)> Items) : TemplateNode
    {
        public override void Write(TemplateRendering rendering)
        {
            var before = "{"u8;
            foreach (var (name, value) in Items)
            {
                rendering.Write(before);
                rendering.Write(name);
                value.Write(rendering);
                before = ","u8;
            }
            rendering.Write(Items.IsEmpty ? "{}"u8 : "}"u8);
        }
    }

    public sealed record List(ImmutableArray<TemplateNode> Items) : TemplateNode
    {
        public override void Write(TemplateRendering rendering)
        {
            var before = "["u8;
            foreach (var item in Items)
            {
                rendering.Write(before);
                item.Write(rendering);
                before = ","u8;
            }
            rendering.Write(Items.IsEmpty ? "[]"u8 : "]"u8);
        }
    }

    public sealed record Value(Expression Expression) : TemplateNode
    {
        public override void Write(TemplateRendering rendering)
        {
            if (!rendering.LeavesExpressions && rendering.TryEvaluate(Expression, out var value))
                WriteKnown(value, rendering);
            else rendering.Write("null"u8);
        }

        // What a simulation does not know is written as null.
        private static void WriteKnown(in ExpressionValue value, TemplateRendering rendering)
        {
            if (!value.ContainsUnknown) rendering.Write(value.ToCanonicalUtf8());
            else if (value.Kind == ExpressionValueKind.Array) WriteItems(value, rendering);
            else if (value.Kind == ExpressionValueKind.Object) WriteMembers(value, rendering);
            else rendering.Write("null"u8);
        }

        private static void WriteItems(in ExpressionValue value, TemplateRendering rendering)
        {
            var before = "["u8;
            foreach (var item in value.Items)
            {
                rendering.Write(before);
                WriteKnown(item, rendering);
                before = ","u8;
            }
            rendering.Write("]"u8);
        }

        private static void WriteMembers(in ExpressionValue value, TemplateRendering rendering)
        {
            var before = "{"u8;
            foreach (var (name, member) in value.Members.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                rendering.Write(before);
                rendering.Write(TemplateCompiler.Name(name));
                WriteKnown(member, rendering);
                before = ","u8;
            }
            rendering.Write("}"u8);
        }
    }

    /// <summary>Text with expressions in it. Parts are literal text or expressions, never both.</summary>
    public sealed record Text(ImmutableArray<(string? Literal, Expression? Expression)> Parts) : TemplateNode
    {
        public override void Write(TemplateRendering rendering)
        {
            if (rendering.LeavesExpressions)
            {
                rendering.Write("null"u8);
                return;
            }
            var text = new StringBuilder();
            var isKnown = true;
            foreach (var (literal, expression) in Parts)
                if (literal is not null) text.Append(literal);
                else if (!TryAppend(expression!, rendering, text, ref isKnown)) break;
            if (!isKnown && rendering.LeavesUnknown) rendering.Write("null"u8);
            else rendering.Write(ExpressionValue.FromString(text.ToString()).ToCanonicalUtf8());
        }

        private static bool TryAppend(
            Expression expression, TemplateRendering rendering, StringBuilder text, ref bool isKnown)
        {
            if (!rendering.TryEvaluate(expression, out var value)) return false;
            if (value.ContainsUnknown)
            {
                isKnown = false;
                return true;
            }
            if (value.Kind == ExpressionValueKind.Null)
            {
                rendering.Fail($"'{ExpressionError.Shorten(expression.Text)}' is null, which cannot stand inside "
                    + "text; give a default with `||`, or make the whole string the expression.");
                return false;
            }
            text.Append(value.Kind == ExpressionValueKind.String
                ? value.Text
                : Encoding.UTF8.GetString(value.ToCanonicalUtf8()));
            return true;
        }
    }
}
