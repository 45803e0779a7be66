using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;
using Aos.Runtime.Documents;

namespace Aos.Runtime.Agents;

/// <summary>Reads agent profiles, in YAML or JSON.</summary>
public static class ProfileReader
{
    /// <summary>Reads a profile. A document that begins with a brace is JSON, any other is YAML.</summary>
    public static DocumentResult<AgentProfile> Read(ReadOnlyMemory<byte> utf8)
    {
        var read = IsJson(utf8)
            ? DocumentReader.Read<AgentProfile>(utf8, ContractSchemas.AgentProfile, ErrorCodes.InvalidProfile)
            : ReadYaml(utf8);
        return read.Value is { } profile && ProfileRules.Check(profile) is { Count: > 0 } mistakes
            ? DocumentResult<AgentProfile>.Refused(mistakes)
            : read;
    }

    /// <summary>Where in a YAML profile a pointer points: line and column, from 1, of the value, or of the innermost value
    /// on the way to it where the value itself is missing. Null where the document is JSON, or cannot be read.</summary>
    public static (int Line, int Column)? Locate(ReadOnlyMemory<byte> utf8, string pointer) =>
        IsJson(utf8) ? null : YamlDocument.Locate(utf8, pointer);

    private static bool IsJson(ReadOnlyMemory<byte> utf8) => utf8.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    private static DocumentResult<AgentProfile> ReadYaml(ReadOnlyMemory<byte> utf8)
    {
        var (json, problem) = YamlDocument.ToJson(utf8);
        if (problem is not null) return DocumentResult<AgentProfile>.Refused(problem);
        return StrictJson.Parse(json, JsonLimits.Default) switch
        {
            JsonReadResult.Read read =>
                DocumentReader.Read<AgentProfile>(read.Value, ContractSchemas.AgentProfile, ErrorCodes.InvalidProfile),
            // Its line would be that of the JSON, which nobody wrote.
            JsonReadResult.Refused { Problem: var refused } => DocumentResult<AgentProfile>.Refused(
                new Problem(refused.Pointer, ErrorCode.Parse(refused.Code), refused.Message)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
