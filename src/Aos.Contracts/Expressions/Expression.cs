using System.Diagnostics.CodeAnalysis;

namespace Aos.Contracts.Expressions;

/// <summary>A parsed JMESPath expression. Immutable and safe to share between threads; parse once, evaluate often.
/// The language is that of the JMESPath specification and its compliance suite. What is ours: calls of functions that
/// do not exist, or with a wrong number of arguments, and slices with step 0 are refused when parsing; numbers are
/// exact decimals; work is bounded by fuel; and unknown values propagate.</summary>
public sealed class Expression
{
    private readonly Node _root;
    private readonly ScopeUse _use = new();

    private Expression(string text, Node root)
    {
        Text = text;
        _root = root;
        _use.Whole(root.Trace(Origin.Scope, _use));
    }

    /// <summary>The text as it was written.</summary>
    public string Text { get; }

    /// <summary>The names that the expression reads of its scope, each once, in the order of the text.</summary>
    public IReadOnlyList<string> Roots => _use.Roots;

    /// <summary>Parses a whole text of at most 8,192 characters, nested at most 128 levels deep.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out Expression? expression,
        [NotNullWhen(false)] out ExpressionError? error)
    {
        var parser = new Parser(text, 0);
        var (node, _) = parser.Parse(TokenKind.End);
        error = parser.Error;
        expression = error is null ? new Expression(text, node) : null;
        return error is null;
    }

    /// <summary>Parses from <paramref name="start"/> up to the closing brace that is not part of the expression, as in
    /// <c>${a.{x: b}}</c>. What follows that brace is not looked at.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="start">Where the expression begins, from 0 to the length of the text.</param>
    /// <param name="expression">The expression, on success.</param>
    /// <param name="end">The index of the closing brace, on success.</param>
    /// <param name="error">What is wrong, on failure; positions count from the start of <paramref
    /// name="text"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="start"/> lies outside of the text.</exception>
    public static bool TryParseUntilBrace(
        string text,
        int start,
        [NotNullWhen(true)] out Expression? expression,
        out int end,
        [NotNullWhen(false)] out ExpressionError? error)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, text.Length);
        var parser = new Parser(text, start);
        (var node, end) = parser.Parse(TokenKind.RightBrace);
        error = parser.Error;
        expression = error is null ? new Expression(text[start..end], node) : null;
        return error is null;
    }

    /// <summary>The names read as a literal <c>root.name</c> (also quoted, grouped or piped) where the current node is
    /// the scope, each once, in the order of the text.</summary>
    public IReadOnlyList<string> MembersOf(string root) => _use.MembersOf(root);

    /// <summary>Whether the root is read other than by a literal member, as in <c>keys(steps)</c>, <c>steps.*</c> or
    /// <c>steps[0]</c>, or the scope as a whole is, as in <c>@</c>. Then <see cref="MembersOf"/> does not tell
    /// everything.</summary>
    public bool UsesWholeRoot(string root) => _use.IsWhole(root);

    /// <summary>Evaluates against a scope. Never throws, but for a scope whose document was disposed or whose
    /// <see cref="ExpressionObject"/> throws.</summary>
    /// <param name="scope">What <c>@</c> is at the start.</param>
    /// <param name="limits">What the evaluation may cost; null for <see cref="ExpressionLimits.Default"/>.</param>
    public ExpressionResult Evaluate(in ExpressionValue scope, ExpressionLimits? limits = null)
    {
        var state = new EvaluationState(limits ?? ExpressionLimits.Default);
        var value = ExpressionValue.Null;
        try
        {
            value = _root.Evaluate(ref state, scope);
        }
        catch (InvalidOperationException error) when (error is not ObjectDisposedException)
        {
            // Text of a document is decoded only when it is used, and names are compared only when it is rendered.
            const string message = "The data is not strict JSON: it holds text that is not Unicode, or a name twice.";
            state.Fail(_root, ExpressionErrorKind.InvalidValue, message);
        }

        return new ExpressionResult(state.Failed ? ExpressionValue.Null : value, state.Error, state.FuelUsed);
    }

    /// <summary>The text of the expression.</summary>
    public override string ToString() => Text;
}
