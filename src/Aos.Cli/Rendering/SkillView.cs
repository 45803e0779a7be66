using System.Text.Json;
using Aos.Cli.Invocation;
using Aos.Contracts;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>Skills and their contracts.</summary>
internal static class SkillView
{
    public static void ShowAll(Screen screen, IReadOnlyList<SkillContract> contracts)
    {
        var table = new Listing("SKILL", "VERSION", "EFFECT", "COST", "DESCRIPTION");
        foreach (var contract in contracts)
            table.Add(
                contract.Name.Value, contract.Version.Value, EffectsOf(contract), CostOf(contract),
                contract.Description);
        table.Show(screen);
    }

    public static void Show(Screen screen, Payload description)
    {
        var contract = AosJson.Read<SkillContract>(description.Utf8.Span);
        var canvas = screen.Canvas;
        canvas.Write(new Text($"{contract.Name}@{contract.Version}\n", Styles.Strong));
        canvas.Write(new Text($"{Plain.Of(contract.Description)}\n\n"));
        var facts = new Listing("", "");
        Fact(facts, "effect", EffectOf(contract));
        Fact(facts, "cost", CostOf(contract));
        Fact(facts, "time",
            $"about {Times.Span(contract.Latency?.ExpectedMs ?? 100)}, at "
                + $"most {Times.Span(contract.TimeoutMs ?? 60_000)} an attempt");
        Fact(facts, "needs", contract.Permissions.Count == 0 ? "nothing" : string.Join(", ", contract.Permissions));
        Fact(facts, "versions", VersionsOf(description));
        facts.Show(screen);
        Schema(canvas, "INPUT", contract.InputSchema.Element);
        Schema(canvas, "RESULT", contract.OutputSchema.Element);
        Lines(canvas, "RULES", contract.Constraints);
        Failures(canvas, contract);
        Lines(canvas, "GOES WITH", contract.Composition);
        Lines(canvas, "EXAMPLES", contract.Examples.Select(example =>
            $"{example.Title}:\n    aos exec {contract.Name} "
                + $"--input {ShellText.Quote(JsonView.Line(example.Input.Element))}"));
    }

    private static void Fact(Listing facts, string name, string value) =>
        facts.Add(new Cell(name, Styles.Faint), value);

    private static void Schema(IAnsiConsole canvas, string title, JsonElement schema)
    {
        if (!schema.TryGetProperty("properties", out var properties)) return;
        canvas.Write(new Text($"\n{title}\n", Styles.Strong));
        var required = schema.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet(StringComparer.Ordinal) : [];
        var table = new Table().NoBorder().HideHeaders();
        for (var i = 0; i < 3; i++) table.AddColumn(new TableColumn("").PadLeft(i == 0 ? 2 : 0).PadRight(2));
        foreach (var property in properties.EnumerateObject())
            table.AddRow(new Text(Plain.Of(property.Name)), new Text(TypeOf(property.Value)
                + (required.Contains(property.Name) ? ", required" : "")),
                    new Text(Text(property.Value, "description")));
        canvas.Write(table);
    }

    private static string TypeOf(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object) return "any";
        if (schema.TryGetProperty("enum", out var values))
            return string.Join(" | ", values.EnumerateArray().Select(value => Plain.Of(value.ToString())));
        if (!schema.TryGetProperty("type", out var type)) return "any";
        return type.ValueKind == JsonValueKind.Array
            ? string.Join(" | ", type.EnumerateArray().Select(name => Plain.Of(name.GetString())))
            : Plain.Of(type.GetString());
    }

    private static string Text(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var text)
            ? Plain.Of(text.GetString()) : "";

    private static void Failures(IAnsiConsole canvas, SkillContract contract)
    {
        if (contract.FailureModes.Count == 0) return;
        canvas.Write(new Text("\nFAILURES\n", Styles.Strong));
        var table = new Table().NoBorder().HideHeaders();
        for (var i = 0; i < 2; i++) table.AddColumn(new TableColumn("").PadLeft(i == 0 ? 2 : 0).PadRight(2));
        foreach (var mode in contract.FailureModes)
            table.AddRow(new Text(mode.Code.Value), new Text(Plain.Of(mode.When)));
        canvas.Write(table);
    }

    private static void Lines(IAnsiConsole canvas, string title, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count == 0) return;
        canvas.Write(new Text($"\n{title}\n", Styles.Strong));
        foreach (var line in all) canvas.Write(new Text($"  {Plain.Of(line, keepLines: true)}\n"));
    }

    private static string EffectOf(SkillContract contract) => contract.Effect is { Cases.Count: > 0 } rule
        ? $"{EffectsOf(contract)}, "
            + $"by {string.Join(" and ", rule.Cases.Select(item => item.Member).Distinct(StringComparer.Ordinal))}"
        : EffectsOf(contract);

    private static string EffectsOf(SkillContract contract)
    {
        var rule = contract.Effect ?? new EffectRule();
        return string.Join(
            ", ", rule.Cases.Select(item => item.Effect).Append(rule.Default).Distinct().Select(Words.Spaced));
    }

    private static string CostOf(SkillContract contract) => contract.Cost is { Quoted: true } ? "by its input"
        : contract.Cost is not { } cost || cost.Worst == Money.Zero ? "free" : $"{cost.Expected}, at most {cost.Worst}";

    private static string VersionsOf(Payload description) =>
        description.Element.TryGetProperty("versions", out var versions)
            ? string.Join(", ", versions.EnumerateArray().Select(version => version.GetString())) : "";
}
