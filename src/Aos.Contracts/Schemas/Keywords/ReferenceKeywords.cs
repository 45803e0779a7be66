using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary><c>$ref</c>, and a <c>$dynamicRef</c> that names no dynamic anchor.</summary>
internal sealed class RefKeyword(SchemaNode owner, string name, SchemaNode target) : Keyword(owner, name)
{
    public override IReadOnlyList<SchemaNode> Unconditional => [target];

    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run) =>
        target.EvaluateInPlace(instance, ref seen, run);
}

/// <summary><c>$dynamicRef</c>: the outermost resource on the way here that has the anchor decides.</summary>
internal sealed class DynamicRefKeyword(SchemaNode owner, string anchor, SchemaNode initial)
    : Keyword(owner, "$dynamicRef")
{
    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        foreach (var resource in run.Scope)
        {
            if (resource.DynamicNodes.TryGetValue(anchor, out var target))
                return target.EvaluateInPlace(instance, ref seen, run);
        }

        return initial.EvaluateInPlace(instance, ref seen, run);
    }
}
