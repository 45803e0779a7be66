using Aos.Contracts.Expressions;

namespace Aos.Kernel.Plans;

/// <summary>The rule that <c>for_each</c> is fanned out over a list, and what is said where it is none.</summary>
internal static class ListRule
{
    /// <summary>What the expression gave, and what to write.</summary>
    public static string Broken(Expression expression, in ExpressionValue value)
    {
        var (kind, cure) = value.Kind switch
        {
            ExpressionValueKind.Null => ("null",
                "Name a list that is there, or write `[]` as what holds without it: expression || `[]`."),
            ExpressionValueKind.Boolean => ("true or false", "Name the list; a condition belongs into when."),
            ExpressionValueKind.Number =>
                ("a number", "Name the list; numbers are written as a list such as `[1, 2, 3]`."),
            ExpressionValueKind.String => ("text", "Name the list; a text becomes a list of one as ['text']."),
            _ => ("an object", "Name the list in it, or write values(…) or keys(…) around it."),
        };
        return $"for_each '{ExpressionError.Shorten(expression.Text)}' gives {kind}, and must give a list. {cure}";
    }
}
