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
        var read = SettingsReader.Read<AgentProfile>(utf8, ContractSchemas.AgentProfile, ErrorCodes.InvalidProfile);
        return read.Value is { } profile && ProfileRules.Check(profile) is { Count: > 0 } mistakes
            ? DocumentResult<AgentProfile>.Refused(mistakes)
            : read;
    }

    /// <summary>Where in a YAML profile a pointer points: line and column, from 1, of the value, or of the innermost
    /// value on the way to it where the value itself is missing. Null where the document is JSON, or cannot be
    /// read.</summary>
    public static (int Line, int Column)? Locate(ReadOnlyMemory<byte> utf8, string pointer) =>
        SettingsReader.IsJson(utf8) ? null : YamlDocument.Locate(utf8, pointer);
}
