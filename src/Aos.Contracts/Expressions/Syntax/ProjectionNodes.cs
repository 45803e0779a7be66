namespace Aos.Contracts.Expressions;

/// <summary>Applies the right side to each item that the left side yields and leaves nulls out. An unknown result might
/// be null, so one of them makes the list as a whole unknown.</summary>
internal abstract class ProjectionNode : Node
{
    private readonly Node _left;
    private readonly Node _right;

    protected ProjectionNode(Node left, Node right, int position) : base(position)
    {
        _left = left;
        _right = right;
        Contain(left);
        Contain(right);
    }

    public sealed override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        var source = _left.Evaluate(ref state, current);
        if (source.IsUnknown) return ExpressionValue.Unknown;
        if (!state.Charge(this) || !TrySelect(ref state, source, out var selected)) return ExpressionValue.Null;
        if (selected.IsUnknown) return ExpressionValue.Unknown;

        var results = new List<ExpressionValue>();
        var items = new ItemCursor(selected);
        while (!state.Failed && items.MoveNext())
        {
            var result = _right.Evaluate(ref state, items.Current);
            if (result.IsUnknown) return ExpressionValue.Unknown;
            if (result.Kind != ExpressionValueKind.Null) results.Add(result);
        }

        return state.Items(this, [.. results]);
    }

    public override Origin Trace(Origin current, ScopeUse use)
    {
        use.Whole(_left.Trace(current, use));
        use.Whole(_right.Trace(Origin.Other, use));
        return Origin.Other;
    }

    /// <summary>The items to project, as an array; unknown when they are not known.</summary>
    /// <returns>False when the source is of a kind that cannot be projected, which gives null.</returns>
    protected abstract bool TrySelect(ref EvaluationState state, in ExpressionValue source, out ExpressionValue items);
}

/// <summary><c>[*]</c></summary>
internal sealed class ListProjectionNode(Node left, Node right, int position) : ProjectionNode(left, right, position)
{
    protected override bool TrySelect(ref EvaluationState state, in ExpressionValue source, out ExpressionValue items)
    {
        items = source;
        return source.Kind == ExpressionValueKind.Array;
    }
}

/// <summary><c>.*</c></summary>
internal sealed class ValueProjectionNode(Node left, Node right, int position) : ProjectionNode(left, right, position)
{
    protected override bool TrySelect(ref EvaluationState state, in ExpressionValue source, out ExpressionValue items)
    {
        items = default;
        if (source.Kind != ExpressionValueKind.Object) return false;
        items = ExpressionValue.FromItems(state.MembersOf(this, source).Select(member => member.Value));
        return true;
    }
}

/// <summary><c>[]</c>: the items, with those of inner arrays in their place. An unknown item might be an array of any
/// length.</summary>
internal sealed class FlattenNode(Node left, Node right, int position) : ProjectionNode(left, right, position)
{
    protected override bool TrySelect(ref EvaluationState state, in ExpressionValue source, out ExpressionValue items)
    {
        items = default;
        if (source.Kind != ExpressionValueKind.Array) return false;

        var flat = new List<ExpressionValue>();
        var outer = new ItemCursor(source);
        while (outer.MoveNext() && state.Charge(this))
        {
            if (outer.Current.IsUnknown)
            {
                items = ExpressionValue.Unknown;
                return true;
            }

            if (outer.Current.Kind != ExpressionValueKind.Array)
            {
                flat.Add(outer.Current);
                continue;
            }

            var inner = new ItemCursor(outer.Current);
            while (inner.MoveNext() && state.Charge(this)) flat.Add(inner.Current);
        }

        items = ExpressionValue.FromItems(flat);
        return true;
    }
}

/// <summary><c>[?condition]</c></summary>
internal sealed class FilterNode : ProjectionNode
{
    private readonly Node _condition;

    public FilterNode(Node left, Node condition, Node right, int position) : base(left, right, position)
    {
        _condition = condition;
        Contain(condition);
    }

    public override Origin Trace(Origin current, ScopeUse use)
    {
        use.Whole(_condition.Trace(Origin.Other, use));
        return base.Trace(current, use);
    }

    protected override bool TrySelect(ref EvaluationState state, in ExpressionValue source, out ExpressionValue items)
    {
        items = default;
        if (source.Kind != ExpressionValueKind.Array) return false;

        var kept = new List<ExpressionValue>();
        var all = new ItemCursor(source);
        while (!state.Failed && all.MoveNext())
        {
            switch (_condition.Evaluate(ref state, all.Current).IsTruthy)
            {
                case null:
                    items = ExpressionValue.Unknown;
                    return true;
                case true:
                    kept.Add(all.Current);
                    break;
            }
        }

        items = ExpressionValue.FromItems(kept);
        return true;
    }
}

/// <summary><c>[start:stop:step]</c></summary>
internal sealed class SliceNode(Node left, Node right, Slice slice, int position)
    : ProjectionNode(left, right, position)
{
    protected override bool TrySelect(ref EvaluationState state, in ExpressionValue source, out ExpressionValue items)
    {
        items = default;
        if (source.Kind != ExpressionValueKind.Array) return false;

        // Copied first: an item of a document is found by counting from its start.
        if (!state.Charge(this, source.ItemCount)) return true;
        ExpressionValue[] all = [.. source.Items];
        var (at, stop) = slice.BoundsFor(all.Length);
        var kept = new List<ExpressionValue>();
        for (; slice.Step > 0 ? at < stop : at > stop; at += slice.Step) kept.Add(all[at]);
        items = ExpressionValue.FromItems(kept);
        return true;
    }
}

/// <summary>The three numbers of a slice; a missing one is null. <see cref="Step"/> is never 0.</summary>
internal readonly record struct Slice(int? Start, int? Stop, int Step)
{
    /// <summary>Where to begin and where to end, for an array of this length. The end is not included.</summary>
    public (long At, long Stop) BoundsFor(int length)
    {
        var first = Step > 0 ? 0 : -1;
        var last = Step > 0 ? length : length - 1;
        return (
            Start is { } start ? Clamp(start) : Step > 0 ? first : last,
            Stop is { } stop ? Clamp(stop) : Step > 0 ? last : first);

        long Clamp(long place) => Math.Clamp(place < 0 ? place + length : place, first, last);
    }
}
