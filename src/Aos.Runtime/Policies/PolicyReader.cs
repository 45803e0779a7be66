using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;
using Aos.Runtime.Documents;

namespace Aos.Runtime.Policies;

/// <summary>Reads policies and their cases, in YAML or JSON: schema first, then the rules that a schema cannot say.
/// Every mistake is named by its place; nothing throws.</summary>
public static class PolicyReader
{
    /// <summary>Reads a policy. A document that begins with a brace is JSON, any other is YAML.</summary>
    public static DocumentResult<Policy> Read(ReadOnlyMemory<byte> utf8)
    {
        var read = Read<Policy>(utf8, ContractSchemas.Policy);
        return read.Value is { } policy && PolicyRules.Check(policy) is { Count: > 0 } mistakes
            ? DocumentResult<Policy>.Refused(mistakes)
            : read;
    }

    /// <summary>Reads a file of cases, in YAML or JSON.</summary>
    public static DocumentResult<PolicyCases> ReadCases(ReadOnlyMemory<byte> utf8)
    {
        var read = Read<PolicyCases>(utf8, ContractSchemas.PolicyCases);
        return read.Value is { } cases && PolicyRules.Check(cases.Cases) is { Count: > 0 } mistakes
            ? DocumentResult<PolicyCases>.Refused(mistakes)
            : read;
    }

    private static DocumentResult<T> Read<T>(ReadOnlyMemory<byte> utf8, JsonSchema schema) where T : class
    {
        if (utf8.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
            return DocumentReader.Read<T>(utf8, schema, ErrorCodes.InvalidPolicy);
        var (json, problem) = YamlDocument.ToJson(utf8);
        if (problem is not null) return DocumentResult<T>.Refused(problem with { Code = ErrorCodes.InvalidPolicy });
        return StrictJson.Parse(json, JsonLimits.Default) switch
        {
            JsonReadResult.Read read => DocumentReader.Read<T>(read.Value, schema, ErrorCodes.InvalidPolicy),
            // Its line would be that of the JSON, which nobody wrote.
            JsonReadResult.Refused { Problem: var refused } => DocumentResult<T>.Refused(
                new Problem(refused.Pointer, ErrorCode.Parse(refused.Code), refused.Message)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
