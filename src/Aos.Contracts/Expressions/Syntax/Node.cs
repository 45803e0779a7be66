namespace Aos.Contracts.Expressions;

/// <summary>A parsed expression. Nodes are immutable once parsed, hold no state of an evaluation, and may be shared by
/// threads.</summary>
internal abstract class Node(int position)
{
    public int Position { get; } = position;

    /// <summary>Levels of nodes from here down: what an evaluation can take of the stack.</summary>
    public int Depth { get; private set; } = 1;

    /// <summary>The value for the current node. When <paramref name="state"/> has failed the value means
    /// nothing.</summary>
    public abstract ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current);

    /// <summary>Notes what the node reads of the scope, given what the current node is.</summary>
    /// <returns>What the node's own value is.</returns>
    public abstract Origin Trace(Origin current, ScopeUse use);

    protected void Contain(Node child) => Depth = Math.Max(Depth, child.Depth + 1);
}
