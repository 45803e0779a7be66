using System.Text.Json.Serialization;
using Aos.Contracts.Agents;

namespace Aos.Skills.Standard.Mcp;

/// <summary>How an MCP server is reached: a command that speaks on its standard streams, or an address that speaks
/// Streamable HTTP. One of <see cref="Command"/> and <see cref="Url"/> is there.</summary>
public sealed record McpServerSpec
{
    /// <summary>How long a connection may take unless <see cref="ConnectTimeoutMs"/> says otherwise.</summary>
    public const int DefaultConnectTimeoutMs = 60_000;

    /// <summary>The program that is the server; looked for on the path of this process. It is started without a
    /// shell.</summary>
    public string? Command { get; init; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>The folder that it is started in. Absent: that of this process.</summary>
    public string? Directory { get; init; }

    /// <summary>Variables of its environment, besides the few that programs need, such as <c>PATH</c> and <c>HOME</c>.
    /// Nothing else of this process's environment is passed on.</summary>
    public IReadOnlyDictionary<string, McpValue>? Environment { get; init; }

    /// <summary>The address of the server, http or https.</summary>
    public Uri? Url { get; init; }

    /// <summary>Header fields of every request.</summary>
    public IReadOnlyDictionary<string, McpValue>? Headers { get; init; }

    /// <summary>Milliseconds that a connection may take, from the start of the process to the list of tools. Absent:
    /// 60,000.</summary>
    public int? ConnectTimeoutMs { get; init; }

    /// <summary>The values that a connection needs, by the name of the variable or header.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, McpValue> Values =>
        (Command is null ? Headers : Environment) ?? new Dictionary<string, McpValue>(StringComparer.Ordinal);

    /// <summary>The server in a few words: the command line or the address. Never shows a value.</summary>
    public string Describe() => Command is null
        ? $"{Url!.GetLeftPart(UriPartial.Path)}"
        : string.Join(' ', (Arguments ?? []).Prepend(Command));

    /// <summary>What a profile's network must allow so that the server can be reached; null for a command.</summary>
    public string? NetworkEntryNeeded() =>
        Url is null
            ? null : $"{(NetworkEntry.HostOf(Url).Contains(':', StringComparison.Ordinal) ? $"[{NetworkEntry.HostOf(Url)}]" : NetworkEntry.HostOf(Url))}:{Url.Port}";
}

/// <summary>A value of a variable or a header: a text, or a reference to a secret with what stands before it.</summary>
public sealed record McpValue
{
    /// <summary>A text that is no secret.</summary>
    public string? Text { get; init; }

    /// <summary>What stands before the secret, such as <c>Bearer </c>.</summary>
    public string? Prefix { get; init; }

    /// <summary>The name of a secret, resolved when a connection is made.</summary>
    [JsonPropertyName("$secret")]
    public string? Secret { get; init; }
}
