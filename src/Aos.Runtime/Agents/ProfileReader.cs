using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Schemas;
using Aos.Runtime.Documents;

namespace Aos.Runtime.Agents;

/// <summary>Reads agent profiles, in YAML or JSON.</summary>
public static class ProfileReader
{
    /// <summary>Reads a profile. A document that begins with a brace is JSON, any other is YAML.</summary>
    public static DocumentResult<AgentProfile> Read(ReadOnlyMemory<byte> utf8)
    {
        var first = utf8.Span.TrimStart(" \t\r\n"u8);
        if (!first.IsEmpty && first[0] == (byte)'{')
            return DocumentReader.Read<AgentProfile>(utf8, ContractSchemas.AgentProfile, ErrorCodes.InvalidProfile);
        var (json, problem) = YamlDocument.ToJson(utf8);
        return problem is not null
            ? DocumentResult<AgentProfile>.Refused(problem)
            : DocumentReader.Read<AgentProfile>(json, ContractSchemas.AgentProfile, ErrorCodes.InvalidProfile);
    }
}
