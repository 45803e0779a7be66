using System.Globalization;
using Aos.Generators.Types;
using Microsoft.CodeAnalysis;

namespace Aos.Generators.Skills;

/// <summary>The part of a contract that attributes say, as C#.</summary>
/// <param name="Name">The name of the skill.</param>
/// <param name="Version">Its version.</param>
/// <param name="Lines">The initialisers of the contract.</param>
internal sealed record ContractCode(string Name, string Version, IReadOnlyList<string> Lines)
{
    private const string Skills = "global::Aos.Contracts.Skills.";
    private const string Values = "global::Aos.Contracts.Values.";
    private const string Json = "global::Aos.Abstractions.Skills.SkillJson";

    /// <summary>Reads the attributes of a declaration.</summary>
    public static ContractCode Read(ISymbol symbol, AttributeData attribute, DiagnosticBag diagnostics, Place place)
    {
        var (name, version) = (Argument(attribute, 0), Argument(attribute, 1));
        if (!Names.IsSkillName(name)) diagnostics.Add(Diagnostics.BadName, place, name);
        if (!Names.IsVersion(version)) diagnostics.Add(Diagnostics.BadVersion, place, version);
        var description = Attributes.Named(attribute, "Description") as string ?? Attributes.Description(symbol);
        if (string.IsNullOrWhiteSpace(description)) diagnostics.Add(Diagnostics.NoDescription, place, name);
        var lines = new List<string>
        {
            $"Name = {Skills}SkillName.Parse({Literals.Code(name)}),",
            $"Version = {Skills}SkillVersion.Parse({Literals.Code(version)}),",
            $"Description = {Literals.Code(description ?? "")},",
        };
        AddFigures(lines, attribute);
        AddTexts(lines, attribute);
        AddLists(lines, symbol, diagnostics, place);
        return new ContractCode(name, version, lines);
    }

    private static void AddFigures(List<string> lines, AttributeData attribute)
    {
        if (Attributes.Named(attribute, "Effect") is int effect and not 0)
            lines.Add($"Effect = new {Skills}EffectRule {{ Default = ({Skills}EffectClass){effect} }},");
        var (expected, worst) = (Number(attribute, "ExpectedCents"), Number(attribute, "WorstCents"));
        if (expected != 0 || worst != 0)
            lines.Add($"Cost = new {Skills}CostModel {{ Expected = {Cents(expected)}, Worst = {Cents(worst)} }},");
        if (Attributes.Named(attribute, "ExpectedMs") is int latency and not 0)
            lines.Add($"Latency = new {Skills}LatencyModel {{ ExpectedMs = {latency} }},");
        if (Attributes.Named(attribute, "TimeoutMs") is int timeout and not 0) lines.Add($"TimeoutMs = {timeout},");
    }

    private static void AddTexts(List<string> lines, AttributeData attribute)
    {
        foreach (var member in new[] { "Tags", "Permissions", "Constraints", "Composition", "Secrets" })
        {
            var texts = Attributes.NamedTexts(attribute, member).Select(Literals.Code).ToList();
            if (texts.Count > 0) lines.Add($"{member} = [{string.Join(", ", texts)}],");
        }
    }

    private static void AddLists(List<string> lines, ISymbol symbol, DiagnosticBag diagnostics, Place place)
    {
        var failures = Of(symbol, "SkillFailureAttribute").Select(failure =>
        {
            var code = Argument(failure, 0);
            if (!Names.IsErrorCode(code)) diagnostics.Add(Diagnostics.BadCode, place, code);
            var when = Attributes.Named(failure, "When") is string text ? $", When = {Literals.Code(text)}" : "";
            return $"new {Skills}FailureMode {{ Code = {Values}ErrorCode.Parse({Literals.Code(code)}){when} }}";
        });
        var effects = Of(symbol, "SkillSideEffectAttribute").Select(effect => $"new {Skills}SideEffectDeclaration {{ "
            + $"Type = {Literals.Code(Argument(effect, 0))}, "
            + $"Reversible = {(Attributes.Named(effect, "Reversible") is true ? "true" : "false")} }}");
        var examples = Of(symbol, "SkillExampleAttribute").Select(example => $"new {Skills}SkillExample {{ "
            + $"Title = {Literals.Code(Argument(example, 0))}, "
            + $"Input = {Json}.Payload({Literals.Code(Argument(example, 1))}u8) }}");
        var lists = new[] { ("FailureModes", failures), ("SideEffects", effects), ("Examples", examples) };
        foreach (var (member, items) in lists)
        {
            var all = items.ToList();
            if (all.Count > 0) lines.Add($"{member} = [{string.Join(", ", all)}],");
        }
    }

    private static IEnumerable<AttributeData> Of(ISymbol symbol, string name) => symbol.GetAttributes()
        .Where(data => data.AttributeClass?.ToDisplayString() == "Aos.Abstractions.Skills." + name);

    // An argument that is not there is the compiler's to tell.
    private static string Argument(AttributeData attribute, int index) => attribute.ConstructorArguments.Length > index
        ? attribute.ConstructorArguments[index].Value as string ?? ""
        : "";

    private static double Number(AttributeData attribute, string name) =>
        Attributes.Named(attribute, name) is double value ? value : 0;

    private static string Cents(double cents) =>
        $"{Values}Money.FromCents({cents.ToString("R", CultureInfo.InvariantCulture)}m)";
}
