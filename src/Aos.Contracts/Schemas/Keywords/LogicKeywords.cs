using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary>A boolean schema <c>false</c>; <c>true</c> has no keyword at all.</summary>
internal sealed class FalseKeyword(SchemaNode owner) : Assertion(owner, "false")
{
    protected override bool Holds(JsonElement instance, Evaluation run) => false;

    protected override string Expectation(JsonElement instance) =>
        "must not be here: no value is allowed at this place";
}

/// <summary><c>allOf</c>.</summary>
internal sealed class AllOfKeyword(SchemaNode owner, SchemaNode[] nodes) : Keyword(owner, "allOf")
{
    public override IReadOnlyList<SchemaNode> Unconditional => nodes;

    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        var isValid = true;
        foreach (var node in nodes)
        {
            isValid &= node.EvaluateInPlace(instance, ref seen, run);
            if (!isValid && !run.IsCollecting)
                return false;
        }

        return isValid;
    }
}

/// <summary><c>anyOf</c>.</summary>
internal sealed class AnyOfKeyword(SchemaNode owner, SchemaNode[] nodes) : Keyword(owner, "anyOf")
{
    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        var isValid = false;
        var outer = run.BeginAlternatives();
        var ends = run.IsCollecting ? new int[nodes.Length] : [];
        for (var at = 0; at < nodes.Length; at++)
        {
            isValid |= nodes[at].EvaluateInPlace(instance, ref seen, run);
            if (run.IsCollecting)
                ends[at] = run.AlternativeErrors;
            // What another alternative evaluates may still matter.
            if (isValid && !seen.IsTracking)
                break;
        }

        var causes = run.EndAlternatives(outer, keep: !isValid);
        if (!isValid && run.IsCollecting)
            run.AddAlternatives(this, nodes, causes, ends);
        return isValid;
    }
}

/// <summary><c>oneOf</c>.</summary>
internal sealed class OneOfKeyword(SchemaNode owner, SchemaNode[] nodes) : Keyword(owner, "oneOf")
{
    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        var first = -1;
        var second = -1;
        var outer = run.BeginAlternatives();
        var ends = run.IsCollecting ? new int[nodes.Length] : [];
        for (var at = 0; at < nodes.Length && second < 0; at++)
        {
            var matches = nodes[at].EvaluateInPlace(instance, ref seen, run);
            if (run.IsCollecting)
                ends[at] = run.AlternativeErrors;
            if (!matches)
                continue;
            if (first < 0)
                first = at;
            else
                second = at;
        }

        var causes = run.EndAlternatives(outer, keep: first < 0);
        if (first >= 0 && second < 0)
            return true;
        if (run.IsCollecting && first < 0)
            run.AddAlternatives(this, nodes, causes, ends);
        else if (run.IsCollecting)
            run.Add(
                this, $"must match exactly one of {nodes.Length} alternatives, but matches the alternatives {first} "
                    + $"and {second}");
        return false;
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class NotKeyword(SchemaNode owner, SchemaNode node) : Keyword(owner, "not")
{
    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        var none = default(Seen);
        if (!run.Quietly(node, instance, ref none))
            return true;
        if (run.IsCollecting)
            run.Add(this, "must not match the schema of not, but does");
        return false;
    }
}

/// <summary><c>if</c> with <c>then</c> and <c>else</c>.</summary>
internal sealed class IfKeyword(SchemaNode owner, SchemaNode condition, SchemaNode? then, SchemaNode? otherwise)
    : Keyword(owner, "if")
{
    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        var branch = run.Quietly(condition, instance, ref seen) ? then : otherwise;
        return branch is null || branch.EvaluateInPlace(instance, ref seen, run);
    }
}
