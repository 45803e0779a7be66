using System.Text;

namespace Aos.Contracts.Expressions;

/// <summary><c>@</c></summary>
internal sealed class CurrentNode(int position) : Node(position)
{
    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current) =>
        state.Charge(this) ? current : ExpressionValue.Null;

    public override Origin Trace(Origin current, ScopeUse use) => current;
}

/// <summary>A JSON literal or a raw string.</summary>
internal sealed class LiteralNode(ExpressionValue value, int position) : Node(position)
{
    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current) =>
        state.Charge(this) ? value : ExpressionValue.Null;

    public override Origin Trace(Origin current, ScopeUse use) => Origin.Other;
}

/// <summary><c>name</c></summary>
internal sealed class FieldNode(string name, int position) : Node(position)
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(name);

    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        if (!state.Charge(this)) return ExpressionValue.Null;
        if (current.Kind != ExpressionValueKind.Object)
            return current.IsUnknown ? ExpressionValue.Unknown : ExpressionValue.Null;

        // A document finds a member by scanning, so a lookup in a large object is not one unit of work.
        return state.ChargeBulk(this, current.MemberCount) ? current.Member(name, _utf8) : ExpressionValue.Null;
    }

    public override Origin Trace(Origin current, ScopeUse use) => use.Member(current, name);
}

/// <summary><c>[0]</c>, <c>[-1]</c></summary>
internal sealed class IndexNode(int index, int position) : Node(position)
{
    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        if (!state.Charge(this)) return ExpressionValue.Null;
        if (current.Kind != ExpressionValueKind.Array)
            return current.IsUnknown ? ExpressionValue.Unknown : ExpressionValue.Null;

        var count = current.ItemCount;
        var at = index < 0 ? index + (long)count : index;
        if (at < 0 || at >= count) return ExpressionValue.Null;
        return state.ChargeBulk(this, at) ? current.ItemAt((int)at) : ExpressionValue.Null;
    }

    public override Origin Trace(Origin current, ScopeUse use) => use.Whole(current);
}

/// <summary>Steps that are each applied to the value of the one before: <c>a.b[0].c</c>, and also <c>a | b</c>, because
/// a pipe differs from a dot only in what it ends while parsing. One flat list, so that a long path takes no
/// stack.</summary>
internal sealed class ChainNode : Node
{
    private readonly List<Node> _steps = [];

    public ChainNode(Node first, Node next) : base(first.Position)
    {
        Append(first);
        Append(next);
    }

    public void Append(Node next)
    {
        if (next is ChainNode chain)
        {
            foreach (var step in chain._steps) Append(step);
            return;
        }

        _steps.Add(next);
        Contain(next);
    }

    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        var value = current;
        for (var i = 0; i < _steps.Count && !state.Failed; i++) value = _steps[i].Evaluate(ref state, value);
        return value;
    }

    public override Origin Trace(Origin current, ScopeUse use)
    {
        foreach (var step in _steps) current = step.Trace(current, use);
        return current;
    }
}
