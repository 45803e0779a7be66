namespace Aos.Contracts.Expressions;

/// <summary><c>a || b || c</c> (decided by the first true side) or <c>a &amp;&amp; b &amp;&amp; c</c> (by the first
/// false one).</summary>
internal sealed class LogicNode : Node
{
    private readonly List<Node> _sides = [];

    public LogicNode(bool decider, Node left) : base(left.Position)
    {
        Decider = decider;
        Append(left);
    }

    public bool Decider { get; }

    public void Append(Node side)
    {
        _sides.Add(side);
        Contain(side);
    }

    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        var value = ExpressionValue.Null;
        for (var i = 0; i < _sides.Count && state.Charge(this); i++)
        {
            value = _sides[i].Evaluate(ref state, current);
            var truth = value.IsTruthy;
            if (truth == Decider) return value;
            if (truth is null) return AfterUnknown(ref state, current, i + 1);
        }

        return value;
    }

    // Whichever side the value will come from, one side that decides settles its truth: `unknown && false` is never
    // true.
    private ExpressionValue AfterUnknown(ref EvaluationState state, in ExpressionValue current, int next)
    {
        for (; next < _sides.Count && state.Charge(this); next++)
        {
            var truth = _sides[next].Evaluate(ref state, current).IsTruthy;
            if (state.Failed) state.ForgiveSpeculation();
            else if (truth == Decider) return ExpressionValue.UnknownButTruthy(Decider);
        }

        return ExpressionValue.Unknown;
    }

    public override Origin Trace(Origin current, ScopeUse use)
    {
        foreach (var side in _sides) use.Whole(side.Trace(current, use));
        return Origin.Other;
    }
}

/// <summary><c>!a</c></summary>
internal sealed class NotNode : Node
{
    private readonly Node _operand;

    public NotNode(Node operand, int position) : base(position)
    {
        _operand = operand;
        Contain(operand);
    }

    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        var truth = _operand.Evaluate(ref state, current).IsTruthy;
        if (!state.Charge(this)) return ExpressionValue.Null;
        return truth is { } known ? ExpressionValue.FromBoolean(!known) : ExpressionValue.Unknown;
    }

    public override Origin Trace(Origin current, ScopeUse use) => use.Whole(_operand.Trace(current, use));
}

internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary><c>a == b</c> for any values, <c>a &lt; b</c> for numbers; ordering anything else gives null.</summary>
internal sealed class ComparisonNode : Node
{
    private readonly Comparison _comparison;
    private readonly Node _left;
    private readonly Node _right;

    public ComparisonNode(Comparison comparison, Node left, Node right, int position) : base(position)
    {
        _comparison = comparison;
        _left = left;
        _right = right;
        Contain(left);
        Contain(right);
    }

    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        var left = _left.Evaluate(ref state, current);
        var right = _right.Evaluate(ref state, current);
        if (!state.Charge(this)) return ExpressionValue.Null;
        if (left.IsUnknown || right.IsUnknown) return ExpressionValue.Unknown;
        if (_comparison <= Comparison.NotEqual)
        {
            return ValueEquality.Equal(ref state, this, left, right, 0) is { } equal
                ? ExpressionValue.FromBoolean(equal == (_comparison == Comparison.Equal))
                : ExpressionValue.Unknown;
        }

        if (left.Kind != ExpressionValueKind.Number || right.Kind != ExpressionValueKind.Number)
            return ExpressionValue.Null;
        if (!state.ChargeBulk(this, left.RawUtf8.Length + right.RawUtf8.Length)) return ExpressionValue.Null;
        return ExpressionValue.FromBoolean(Holds(NumberOrder.Compare(left.RawUtf8, right.RawUtf8)));
    }

    public override Origin Trace(Origin current, ScopeUse use)
    {
        use.Whole(_left.Trace(current, use));
        return use.Whole(_right.Trace(current, use));
    }

    private bool Holds(int order) => _comparison switch
    {
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };
}
