using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aos.Contracts.Plans;

/// <summary>The planning rules of a profile: a file beside it, or the rules themselves.</summary>
[JsonConverter(typeof(PlanningRulesSourceConverter))]
public abstract record PlanningRulesSource
{
    private PlanningRulesSource() { } // Closed: these are all the cases.

    /// <summary>A file. Whoever reads the profile from its folder puts the rules in its place; nobody else
    /// can.</summary>
    /// <param name="Path">Its path, relative to the profile.</param>
    public sealed record Beside(string Path) : PlanningRulesSource;

    /// <summary>Rules that stand in the profile.</summary>
    /// <param name="Rules">The rules.</param>
    public sealed record Inline(PlanningRules Rules) : PlanningRulesSource;
}

internal sealed class PlanningRulesSourceConverter : JsonConverter<PlanningRulesSource>
{
    public override PlanningRulesSource Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => new PlanningRulesSource.Beside(reader.GetString()!),
            JsonTokenType.StartObject => new PlanningRulesSource.Inline(
                JsonSerializer.Deserialize(ref reader, AosJson.Of<PlanningRules>())
                ?? throw new JsonException("Expected planning rules.")),
            _ => throw new JsonException("Expected the name of a file of planning rules, or the rules."),
        };

    public override void Write(Utf8JsonWriter writer, PlanningRulesSource value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case PlanningRulesSource.Beside file: writer.WriteStringValue(file.Path); break;
            case PlanningRulesSource.Inline inline:
                JsonSerializer.Serialize(writer, inline.Rules, AosJson.Of<PlanningRules>());
                break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }
}
