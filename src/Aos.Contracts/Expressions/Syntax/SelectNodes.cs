namespace Aos.Contracts.Expressions;

/// <summary><c>[a, b]</c>; null of null, unknown of unknown (it might be null), else a new array that keeps
/// nulls.</summary>
internal sealed class ListSelectNode : Node
{
    private readonly Node[] _items;

    public ListSelectNode(IEnumerable<Node> items, int position) : base(position)
    {
        _items = [.. items];
        foreach (var item in _items) Contain(item);
    }

    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        if (current.IsUnknown) return ExpressionValue.Unknown;
        if (current.Kind == ExpressionValueKind.Null || !state.Charge(this)) return ExpressionValue.Null;
        var values = new ExpressionValue[_items.Length];
        for (var i = 0; i < _items.Length && !state.Failed; i++) values[i] = _items[i].Evaluate(ref state, current);
        return state.Items(this, values);
    }

    public override Origin Trace(Origin current, ScopeUse use)
    {
        foreach (var item in _items) use.Whole(item.Trace(current, use));
        return Origin.Other;
    }
}

/// <summary><c>{name: a, other: b}</c>; null of null, unknown of unknown, else a new object that keeps nulls.</summary>
internal sealed class ObjectSelectNode : Node
{
    private readonly KeyValuePair<string, Node>[] _members;

    public ObjectSelectNode(IEnumerable<KeyValuePair<string, Node>> members, int position) : base(position)
    {
        _members = [.. members];
        foreach (var (_, value) in _members) Contain(value);
    }

    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        if (current.IsUnknown) return ExpressionValue.Unknown;
        if (current.Kind == ExpressionValueKind.Null || !state.Charge(this)) return ExpressionValue.Null;
        var values = new KeyValuePair<string, ExpressionValue>[_members.Length];
        for (var i = 0; i < _members.Length && !state.Failed; i++)
            values[i] = new(_members[i].Key, _members[i].Value.Evaluate(ref state, current));
        return state.Failed ? ExpressionValue.Null : state.Object(this, values);
    }

    public override Origin Trace(Origin current, ScopeUse use)
    {
        foreach (var (_, value) in _members) use.Whole(value.Trace(current, use));
        return Origin.Other;
    }
}

/// <summary>A call of a built-in function. An argument that is not known makes the result unknown.</summary>
internal sealed class CallNode : Node
{
    private readonly Function _function;
    private readonly Node[] _arguments;

    public CallNode(Function function, IReadOnlyList<Argument> arguments, int position) : base(position)
    {
        _function = function;
        _arguments = [.. arguments.Where(argument => !argument.IsReference).Select(argument => argument.Node)];
        Reference = arguments.FirstOrDefault(argument => argument.IsReference).Node;
        foreach (var argument in arguments) Contain(argument.Node);
    }

    public string Name => _function.Name;

    /// <summary>The expression given as <c>&amp;expression</c>, for functions that take one.</summary>
    public Node? Reference { get; }

    public override ExpressionValue Evaluate(ref EvaluationState state, in ExpressionValue current)
    {
        if (!state.Charge(this)) return ExpressionValue.Null;
        var values = new ExpressionValue[_arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _arguments[i].Evaluate(ref state, current);
            if (state.Failed) return ExpressionValue.Null;
        }

        if (!_function.TakesUnknown && Array.Exists(values, value => value.IsUnknown)) return ExpressionValue.Unknown;
        return _function.Body(ref state, this, values);
    }

    public override Origin Trace(Origin current, ScopeUse use)
    {
        foreach (var argument in _arguments) use.Whole(argument.Trace(current, use));
        if (Reference is not null) use.Whole(Reference.Trace(Origin.Other, use));
        return Origin.Other;
    }
}

/// <summary>An argument of a call; a reference is <c>&amp;expression</c>, passed on unevaluated.</summary>
internal readonly record struct Argument(Node Node, bool IsReference);
