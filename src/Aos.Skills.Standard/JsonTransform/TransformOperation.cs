using System.Collections.Immutable;
using Aos.Contracts.Expressions;

namespace Aos.Skills.Standard.JsonTransform;

/// <summary>One named operation, read and checked.</summary>
internal abstract record TransformOperation
{
    private TransformOperation() { }

    /// <summary>Keeps the named members of an object, or of each object of a list.</summary>
    internal sealed record Pick(ImmutableArray<string> Names) : TransformOperation;

    /// <summary>Leaves the named members out.</summary>
    internal sealed record Omit(ImmutableArray<string> Names) : TransformOperation;

    /// <summary>Lays members over an object, or over each object of a list.</summary>
    internal sealed record Merge(ExpressionValue Over) : TransformOperation;

    /// <summary>Takes lists out of a list, so many levels deep.</summary>
    internal sealed record FlattenList(int Levels) : TransformOperation;

    /// <summary>Takes objects out of an object: their names are joined.</summary>
    internal sealed record FlattenObject(string Separator) : TransformOperation;

    /// <summary>Orders a list; of equals the first stays first.</summary>
    /// <param name="Whole"><c>sort_by</c> of JMESPath over the key.</param>
    internal sealed record Sort(Expression Whole) : TransformOperation;

    /// <summary>Puts items with equal keys together, in the order in which the keys first appear.</summary>
    internal sealed record Group(Expression By) : TransformOperation;

    /// <summary>Gives what is missing or null.</summary>
    internal sealed record Default(ExpressionValue Value) : TransformOperation;
}
