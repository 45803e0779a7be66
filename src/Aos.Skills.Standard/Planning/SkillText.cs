using System.Text;
using System.Text.Json;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Planning;

/// <summary>Describes skills to a model. What they say of themselves is data as well: some come from servers that
/// nobody here wrote.</summary>
internal static class SkillText
{
    private const int DescriptionMax = 1_024;

    /// <summary>The skills: with both schemas where there is room, else with that of the input, else by name alone.
    /// None is left out.</summary>
    public static string Of(ValueList<SkillContract> skills, int charactersMax)
    {
        if (skills.IsEmpty) return "none";
        foreach (var detail in (Detail[])[Detail.Both, Detail.Input, Detail.Name])
        {
            var text = string.Join('\n', skills.Select(skill => Of(skill, detail)));
            if (text.Length <= charactersMax || detail == Detail.Name) return Fence.Of("skills", text, charactersMax);
        }
        throw new System.Diagnostics.UnreachableException();
    }

    private static string Of(SkillContract skill, Detail detail)
    {
        var text = new StringBuilder();
        text.Append($"- {skill.Name}@{skill.Version.Major}: ")
            .Append(Fence.Cut(skill.Description.ReplaceLineEndings(" "), DescriptionMax));
        text.Append(" | effect: ").Append(EffectOf(skill.Effect));
        if (skill.Cost is { Quoted: true }) text.Append(" | costs money, by its input");
        else if (skill.Cost is { } cost)
            text.Append($" | costs {cost.Expected.Cents} cents, at most {cost.Worst.Cents}");
        if (skill.Latency is { } latency) text.Append($" | takes {latency.ExpectedMs} ms");
        if (!skill.FailureModes.IsEmpty && detail != Detail.Name)
            text.Append(" | fails with ")
                .AppendJoin(", ", skill.FailureModes.Select(mode => mode.Code.Value).Distinct(StringComparer.Ordinal));
        if (detail != Detail.Name) text.Append("\n  input: ").Append(Compact(skill.InputSchema));
        if (detail == Detail.Both) text.Append("\n  result: ").Append(Compact(skill.OutputSchema));
        return text.ToString();
    }

    private static string EffectOf(EffectRule? rule)
    {
        var effect = (rule?.Default ?? EffectClass.Once).ToString().ToLowerInvariant();
        return rule is null or { Cases.IsEmpty: true } ? effect
            : $"{effect} ({string.Join("; ", rule.Cases.Select(one =>
                $"{one.Effect.ToString().ToLowerInvariant()} where {one.Member} is {string.Join(" or ", one.Values)}"))})";
    }

    // Schemas are often laid out for people.
    private static string Compact(Payload schema) =>
        JsonSerializer.Serialize(schema.Element, PlanningJson.Default.JsonElement);

    private enum Detail { Both, Input, Name }
}
