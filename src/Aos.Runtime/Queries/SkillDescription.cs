using System.Text.Json.Nodes;
using Aos.Contracts;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Runtime.Queries;

/// <summary>A skill's contract, with what is known beside it.</summary>
internal static class SkillDescription
{
    public static Payload Of(SkillContract contract, IReadOnlyList<SkillVersion> versions)
    {
        var node = JsonNode.Parse(AosJson.Write(contract))!.AsObject();
        node["effect"] ??= new JsonObject { ["default"] = "once" };
        node["versions"] = new JsonArray([.. versions.Select(version => JsonValue.Create(version.Value))]);
        return Write(node);
    }

    /// <summary>The description with one more member.</summary>
    public static Payload With(Payload description, JsonObject statistics)
    {
        var node = JsonNode.Parse(description.Utf8.Span)!.AsObject();
        node["statistics"] = statistics;
        return Write(node);
    }

    private static Payload Write(JsonNode node) =>
        Payload.FromUtf8(
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes<JsonNode>(node, QueryJson.Default.JsonNode));
}
