using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary><c>prefixItems</c> and <c>items</c>, in one pass over the array.</summary>
internal sealed class ItemsKeyword(SchemaNode owner, SchemaNode[] prefix, SchemaNode? rest) : Keyword(owner, "items")
{
    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Array)
            return true;
        var isValid = true;
        var index = 0;
        foreach (var item in instance.EnumerateArray())
        {
            if ((index < prefix.Length ? prefix[index] : rest) is not { } node)
                break;
            run.EnterItem(index);
            isValid &= node.Evaluate(item, run);
            run.LeaveChild();
            if (!isValid && !run.IsCollecting)
                return false;
            seen.Mark(index++);
        }

        return isValid;
    }
}

/// <summary><c>contains</c> with <c>minContains</c> and <c>maxContains</c>.</summary>
internal sealed class ContainsKeyword(SchemaNode owner, SchemaNode node, int least, int most)
    : Keyword(owner, "contains")
{
    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Array)
            return true;
        var matches = 0;
        var index = 0;
        foreach (var item in instance.EnumerateArray())
        {
            var none = default(Seen);
            if (run.Quietly(node, item, ref none))
            {
                matches++;
                seen.Mark(index);
            }

            index++;
            if (matches > most || (matches >= least && most == int.MaxValue && !seen.IsTracking))
                break;
        }

        if (matches >= least && matches <= most)
            return true;
        if (run.IsCollecting)
            run.Add(this, matches < least
                ? Expectation("least", least, $"{matches}")
                : Expectation("most", most, "more"));
        return false;
    }

    private static string Expectation(string bound, int count, string found) =>
        $"must have at {bound} {count} item{(count == 1 ? "" : "s")} that the schema of contains accepts, "
        + $"but has {found}";
}

/// <summary><c>unevaluatedItems</c>.</summary>
internal sealed class UnevaluatedItemsKeyword(SchemaNode owner, SchemaNode node) : Keyword(owner, "unevaluatedItems")
{
    public override bool IsLast => true;

    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Array)
            return true;
        var isValid = true;
        var index = -1;
        foreach (var item in instance.EnumerateArray())
        {
            if (seen.Contains(++index))
                continue;
            run.EnterItem(index);
            isValid &= node.Evaluate(item, run);
            run.LeaveChild();
            if (!isValid && !run.IsCollecting)
                return false;
        }

        seen.MarkAll();
        return isValid;
    }
}
