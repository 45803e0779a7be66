using System.Text.Json;
using Aos.Contracts.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary><c>required</c>.</summary>
internal sealed class RequiredKeyword(SchemaNode owner, string[] names) : Keyword(owner, "required")
{
    private readonly MemberPresence _presence = new(names);

    /// <summary>An object that has the members, for a message.</summary>
    public string Example => "{" + string.Join(", ", names.Select(name => $"{JsonText.Quote(name)}: …")) + "}";

    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Object || _presence.AllOf(instance, run))
            return true;
        if (run.IsCollecting)
        {
            foreach (var name in names)
                if (!instance.TryGetProperty(name, out _))
                    run.Add(this, $"must have the member {JsonText.Quote(name)}");
        }

        return false;
    }
}

/// <summary><c>dependentRequired</c>.</summary>
internal sealed class DependentRequiredKeyword(
    SchemaNode owner, string name, (string Trigger, string[] Names)[] rules) : Keyword(owner, name)
{
    private readonly MemberPresence[] _presence = [.. rules.Select(rule => new MemberPresence(rule.Names))];

    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Object)
            return true;
        var isValid = true;
        for (var at = 0; at < rules.Length; at++)
        {
            var (trigger, names) = rules[at];
            if (!run.Has(instance, trigger) || _presence[at].AllOf(instance, run))
                continue;
            isValid = false;
            if (!run.IsCollecting)
                return false;
            foreach (var missing in names)
                if (!instance.TryGetProperty(missing, out _))
                    run.Add(
                        this, $"must have the member {JsonText.Quote(missing)}, because it "
                            + $"has {JsonText.Quote(trigger)}");
        }

        return isValid;
    }
}

/// <summary><c>dependentSchemas</c>.</summary>
internal sealed class DependentSchemasKeyword(
    SchemaNode owner, string name, (string Trigger, SchemaNode Node)[] rules) : Keyword(owner, name)
{
    public override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Object)
            return true;
        var isValid = true;
        foreach (var (trigger, node) in rules)
        {
            isValid &= !run.Has(instance, trigger) || node.EvaluateInPlace(instance, ref seen, run);
            if (!isValid && !run.IsCollecting)
                return false;
        }

        return isValid;
    }
}

/// <summary>Whether an object has all of some members.</summary>
internal sealed class MemberPresence(string[] names)
{
    private const int FewLookups = 256;

    private readonly Names _names = new(names);

    public bool AllOf(JsonElement instance, Evaluation run)
    {
        var count = instance.GetPropertyCount();
        if (count < names.Length)
            return false;
        // Each lookup reads the object through; where that is too much, the object is read through once.
        if (count * (long)names.Length > FewLookups)
            return AllOfMany(instance, run);
        foreach (var name in names)
        {
            if (!instance.TryGetProperty(name, out _))
                return false;
        }

        return true;
    }

    private bool AllOfMany(JsonElement instance, Evaluation run)
    {
        var found = new bool[names.Length];
        foreach (var member in instance.EnumerateObject())
        {
            if (_names.Find(member, run) is >= 0 and var index)
                found[index] = true;
        }

        return !found.Contains(false);
    }
}
