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
        return Payload.FromUtf8(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes<JsonNode>(node, QueryJson.Default.JsonNode));
    }
}
