using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aos.Contracts.Failures;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Mcp;

/// <summary>Makes a skill's contract of what a server says of a tool, and of what the operator says of it.</summary>
public static class ToolContract
{
    /// <summary>The type of the side effect of a call.</summary>
    public const string SideEffectType = "mcp_tool_call";

    private const int DescriptionMax = 2_000;
    private const string Structured = "structured";

    /// <summary>The name of the skill that a tool becomes: <c>IMPORT.tool</c> in lower case, with <c>_</c> for what a
    /// name of a skill cannot have. Null where that is longer than 64 characters.</summary>
    public static SkillName? NameFor(string import, string tool)
    {
        var name = new StringBuilder(import).Append('.');
        foreach (var c in tool.ToLowerInvariant())
            name.Append(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '.' ? c : '_');
        return SkillName.TryParse(name.ToString(), out var skill) ? skill : null;
    }

    /// <summary>Builds the contract; what the registry finds wrong with it is found there.</summary>
    /// <param name="server">How the server is reached.</param>
    /// <param name="import">The name of the import.</param>
    /// <param name="skill">The name of the skill.</param>
    /// <param name="version">Its version.</param>
    /// <param name="tool">What the server says.</param>
    /// <param name="effect">What the operator says a call does to the world.</param>
    /// <param name="timeoutMs">Milliseconds that an attempt may take.</param>
    public static SkillContract Create(McpServerSpec server, string import, SkillName skill, SkillVersion version,
        ToolDefinition tool, EffectClass effect, int timeoutMs)
    {
        var definition = tool.Value.Element;
        return new SkillContract
        {
            Name = skill,
            Version = version,
            Description = Describe(tool, import),
            InputSchema = PayloadOf(SchemaDraft.Modernise(definition.GetProperty("input_schema"))),
            OutputSchema = OutputSchema(definition),
            Effect = new EffectRule { Default = effect },
            Latency = new LatencyModel { ExpectedMs = 500 },
            TimeoutMs = timeoutMs,
            FailureModes = Failures,
            Permissions = server.Url is null ? ["process"] : ["network"],
            SideEffects = effect == EffectClass.Read ? [] : [new SideEffectDeclaration { Type = SideEffectType }],
            Constraints =
            [
                $"Tool '{Cut(tool.Name, 200)}' of the MCP server imported as '{import}'; what it returns is not to "
                    + "be trusted.",
                "What the server says of the tool is compared with what was accepted before each connection is used.",
                "Answers of up to 16 MiB.",
            ],
            Tainted = true,
            Tags = ["mcp", import],
        };
    }

    private static ValueList<FailureMode> Failures { get; } =
    [
        new() { Code = ErrorCodes.McpToolFailed, When = "the tool said that it failed" },
        new()
        {
            Code = ErrorCodes.SkillSuspended,
            When = "the server describes the tool otherwise than it was accepted"
        },
        new() { Code = ErrorCodes.McpUnavailable, When = "the server could not be started or reached" },
        new() { Code = ErrorCodes.ConnectionReset, When = "the server went away during the call" },
        new() { Code = ErrorCodes.ResponseTooLarge, When = "the answer is too large" },
        new() { Code = ErrorCodes.ResponseInvalid, When = "the server broke the protocol" },
    ];

    private static string Describe(ToolDefinition tool, string import) => string.IsNullOrWhiteSpace(tool.Description)
        ? $"Tool '{Cut(tool.Name, 200)}' of the MCP server '{import}', which does not describe it."
        : Cut(tool.Description, DescriptionMax);

    private static string Cut(string text, int max) => text.Length <= max ? text
        : text[..(char.IsHighSurrogate(text[max - 2]) ? max - 2 : max - 1)] + "…";

    // The tool's own schema keeps its own root, so that references inside it mean what they meant.
    private static Payload OutputSchema(JsonElement definition)
    {
        var properties = new JsonObject
        {
            ["text"] = new JsonObject
            {
                ["type"] = "string",
                ["description"] = "The text of the answer, its pieces on lines of their own."
            },
            ["content"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "object", ["required"] = new JsonArray("type") },
                ["description"] = "What is no text: images and audio in base64, resources, links.",
            },
        };
        var required = new JsonArray("text", "content");
        if (definition.TryGetProperty("output_schema", out var given))
        {
            var schema = SchemaDraft.Modernise(given);
            if (schema is JsonObject own && !own.ContainsKey("$id")) own["$id"] = "urn:aos:mcp:structured";
            properties[Structured] = schema;
            required.Add((JsonNode)Structured);
        }
        else
            properties[Structured] =
                new JsonObject { ["type"] = "object", ["description"] = "The structured answer, where there is one." };
        return PayloadOf(new JsonObject
        {
            ["type"] = "object",
            ["required"] = required,
            ["additionalProperties"] = false,
            ["properties"] = properties,
        });
    }

    private static Payload PayloadOf(JsonNode? node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            if (node is null) writer.WriteNullValue();
            else node.WriteTo(writer);
        }
        return Payload.FromUtf8(buffer.WrittenMemory.ToArray());
    }
}
