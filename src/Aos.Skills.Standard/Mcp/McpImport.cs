using System.Text.Json;
using System.Text.Json.Serialization;
using Aos.Contracts;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Mcp;

/// <summary>What was imported of one MCP server, as the operator accepted it.</summary>
public sealed record McpImport
{
    /// <summary>The name of the import: a lower-case letter, then lower-case letters, digits, <c>_</c> and <c>-</c>.
    /// The skills are named <c>NAME.tool</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How the server is reached.</summary>
    public required McpServerSpec Server { get; init; }

    /// <summary>The name by which the server introduced itself.</summary>
    public string? ServerName { get; init; }

    /// <summary>The version that it named.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>When it was imported, or last changed.</summary>
    public DateTimeOffset ImportedAt { get; init; }

    /// <summary>The tools, in the order of their names.</summary>
    public required IReadOnlyList<McpPin> Tools { get; init; }
}

/// <summary>One tool as it was accepted: what the server said of it, and the skill that was made of it.</summary>
public sealed record McpPin
{
    /// <summary>The name of the tool on the server.</summary>
    public required string Tool { get; init; }

    /// <summary>SHA-256 of the canonical JSON of <see cref="Definition"/>, in 64 lower-case hexadecimal
    /// digits.</summary>
    public required string Hash { get; init; }

    /// <summary>Name, description, input schema and, where there is one, output schema, as the server said
    /// them.</summary>
    public required Payload Definition { get; init; }

    /// <summary>What the server said of the tool's behaviour. Shown, never relied on.</summary>
    public Payload? Hints { get; init; }

    /// <summary>The contract of the skill (<see cref="SkillContract"/>). It stays what it is until the operator accepts
    /// another one.</summary>
    public required Payload Contract { get; init; }

    /// <summary>The definition that the server came with later; absent while it is what was accepted.</summary>
    public McpSuspension? Suspended { get; init; }

    /// <summary>Reads the contract.</summary>
    public SkillContract ReadContract() => AosJson.Read<SkillContract>(Contract.Utf8.Span);
}

/// <summary>Why a skill is suspended.</summary>
public sealed record McpSuspension
{
    /// <summary>When it was noticed.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The hash of what the server said then.</summary>
    public required string Hash { get; init; }

    /// <summary>What it said.</summary>
    public required Payload Definition { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(McpImport))]
internal sealed partial class McpJsonContext : JsonSerializerContext;

/// <summary>The JSON form of imports.</summary>
internal static class McpJson
{
    /// <summary>For people who read the file: quotes and umlauts as they are.</summary>
    public static McpJsonContext Readable { get; } = new(new JsonSerializerOptions(McpJsonContext.Default.Options)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 128,
    });
}
