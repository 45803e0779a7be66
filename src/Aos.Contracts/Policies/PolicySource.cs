using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aos.Contracts.Policies;

/// <summary>A policy of a profile: the name of one that the store keeps, or the policy itself.</summary>
[JsonConverter(typeof(PolicySourceConverter))]
public abstract record PolicySource
{
    private PolicySource() { } // Closed: these are all the cases.

    /// <summary>A policy that the store keeps.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record Named(string Name) : PolicySource;

    /// <summary>A policy that stands in the profile.</summary>
    /// <param name="Policy">The policy.</param>
    public sealed record Inline(Policy Policy) : PolicySource;
}

internal sealed class PolicySourceConverter : JsonConverter<PolicySource>
{
    public override PolicySource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => new PolicySource.Named(reader.GetString()!),
            JsonTokenType.StartObject =>
                new PolicySource.Inline(JsonSerializer.Deserialize(ref reader, AosJson.Of<Policy>())
                ?? throw new JsonException("Expected a policy.")),
            _ => throw new JsonException("Expected the name of a policy, or a policy."),
        };

    public override void Write(Utf8JsonWriter writer, PolicySource value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case PolicySource.Named named: writer.WriteStringValue(named.Name); break;
            case PolicySource.Inline inline:
                JsonSerializer.Serialize(writer, inline.Policy, AosJson.Of<Policy>()); break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }
}
