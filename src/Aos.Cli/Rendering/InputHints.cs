using System.Text.Json;
using Aos.Cli.Invocation;
using Aos.Contracts.Skills;

namespace Aos.Cli.Rendering;

/// <summary>What a skill needs, for somebody whose input did not match: the required members, and a call that
/// works.</summary>
internal static class InputHints
{
    public static IEnumerable<string> For(Session session, SkillContract skill)
    {
        var required = Required(skill.InputSchema.Element);
        if (required.Count > 0)
            yield return $"{skill.Name} needs {string.Join(", ", required)}; {session.Suggest($"describe-skill {skill.Name}")} shows all.";
        if (skill.Examples is [var first, ..])
            yield return $"For example: {session.Suggest($"exec {skill.Name} --input {ShellText.Quote(JsonView.Line(first.Input.Element))}")}";
    }

    private static List<string> Required(JsonElement schema)
    {
        if (!Has(schema, "required", JsonValueKind.Array, out var names)) return [];
        var known = Has(schema, "properties", JsonValueKind.Object, out var members) ? members : default;
        return [.. names.EnumerateArray().Select(name => $"{name.GetString()}{TypeOf(known, name.GetString()!)}")];
    }

    private static string TypeOf(JsonElement members, string name) =>
        Has(members, name, JsonValueKind.Object, out var member)
            && Has(member, "type", JsonValueKind.String, out var type)
            ? $" ({type.GetString()})"
            : "";

    private static bool Has(JsonElement schema, string name, JsonValueKind kind, out JsonElement value)
    {
        value = default;
        return schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out value)
            && value.ValueKind == kind;
    }
}
