using System.Text.Json;
using Aos.Contracts.Schemas.Patterns;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary><c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c>, in one pass over the object.
/// </summary>
internal sealed class MembersKeyword(
    SchemaNode owner,
    List<(string Name, SchemaNode Node)> named,
    (EcmaPattern Pattern, SchemaNode Node)[] patterns,
    SchemaNode? others)
    : Keyword(owner, "properties")
{
    private readonly Names _names = new([.. named.Select(pair => pair.Name)]);
    private readonly SchemaNode[] _named = [.. named.Select(pair => pair.Node)];

    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Object)
            return true;
        var isValid = true;
        var index = 0;
        foreach (var member in instance.EnumerateObject())
        {
            run.EnterMember(member);
            isValid &= EvaluateMember(member, index++, ref seen, run);
            run.LeaveChild();
            if (!isValid && !run.IsCollecting)
                return false;
        }

        return isValid;
    }

    private bool EvaluateMember(JsonProperty member, int index, ref Seen seen, Evaluation run)
    {
        var isValid = true;
        var isKnown = false;
        if (_names.Find(member, run) is >= 0 and var at)
        {
            isKnown = true;
            isValid = _named[at].Evaluate(member.Value, run);
        }

        foreach (var (pattern, node) in patterns)
        {
            if (!run.IsMatch(pattern, run.TextOf(member)))
                continue;
            isKnown = true;
            isValid &= node.Evaluate(member.Value, run);
        }

        if (!isKnown && others is not null)
        {
            isKnown = true;
            isValid = others.Evaluate(member.Value, run);
        }

        if (isKnown)
            seen.Mark(index);
        return isValid;
    }
}

/// <summary><c>propertyNames</c>.</summary>
internal sealed class PropertyNamesKeyword(SchemaNode owner, SchemaNode node) : Keyword(owner, "propertyNames")
{
    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Object)
            return true;
        var isValid = true;
        foreach (var member in instance.EnumerateObject())
        {
            run.EnterMember(member);
            isValid &= node.Evaluate(MemberName.AsElement(member), run);
            run.LeaveChild();
            if (!isValid && !run.IsCollecting)
                return false;
        }

        return isValid;
    }
}

/// <summary><c>unevaluatedProperties</c>.</summary>
internal sealed class UnevaluatedPropertiesKeyword(SchemaNode owner, SchemaNode node)
    : Keyword(owner, "unevaluatedProperties")
{
    public override bool IsLast => true;

    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Object)
            return true;
        var isValid = true;
        var index = 0;
        foreach (var member in instance.EnumerateObject())
        {
            if (seen.Contains(index++))
                continue;
            run.EnterMember(member);
            isValid &= node.Evaluate(member.Value, run);
            run.LeaveChild();
            if (!isValid && !run.IsCollecting)
                return false;
        }

        seen.MarkAll();
        return isValid;
    }
}
