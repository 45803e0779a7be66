using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;

namespace Aos.Runtime.Documents;

/// <summary>Reads documents that people write in YAML or JSON.</summary>
internal static class SettingsReader
{
    /// <summary>Whether a document is JSON: it begins with a brace. Any other is YAML.</summary>
    public static bool IsJson(ReadOnlyMemory<byte> utf8) => utf8.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>Reads a document of a schema.</summary>
    public static DocumentResult<T> Read<T>(ReadOnlyMemory<byte> utf8, JsonSchema schema, ErrorCode code)
        where T : class
    {
        if (IsJson(utf8)) return DocumentReader.Read<T>(utf8, schema, code);
        var (json, problem) = YamlDocument.ToJson(utf8);
        if (problem is not null) return DocumentResult<T>.Refused(problem);
        return StrictJson.Parse(json, JsonLimits.Default) switch
        {
            JsonReadResult.Read read => DocumentReader.Read<T>(read.Value, schema, code),
            // Its line would be that of the JSON, which nobody wrote.
            JsonReadResult.Refused { Problem: var refused } => DocumentResult<T>.Refused(
                new Problem(refused.Pointer, ErrorCode.Parse(refused.Code), refused.Message)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
