namespace Aos.Skills.Standard.Mcp;

/// <summary>What servers may cost.</summary>
internal sealed record McpLimits
{
    /// <summary>Bytes of one message of a server. Default 20 MiB: the largest result, and what is around it.</summary>
    public long MessageBytesMax { get; init; } = 20 << 20;

    /// <summary>Tools of one server. Default 1,000.</summary>
    public int ToolsMax { get; init; } = 1_000;

    /// <summary>Pages in which it may list them. Default 100.</summary>
    public int PagesMax { get; init; } = 100;

    /// <summary>How long a list of tools is believed. Default one minute; a server that says that it changed its tools
    /// is asked again before the next call.</summary>
    public TimeSpan ListAge { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a server may take to end by itself. Default two seconds.</summary>
    public TimeSpan ExitPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a server whose last call was given up may take to show that it is alive. Default five
    /// seconds.</summary>
    public TimeSpan PingPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long is waited for the last words of a server that broke off. Default half a second.</summary>
    public TimeSpan FatePatience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long it may take to tell a server that a call was given up. Default one second.</summary>
    public TimeSpan CancelPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Connections to one server at once: one for each agent, network and set of secrets. Default
    /// 16.</summary>
    public int ConnectionsMax { get; init; } = 16;
}

/// <summary>A server cannot be used; no call was made.</summary>
internal sealed class McpUnavailableException(
    string message, string? why = null, Contracts.Values.ErrorCode? code = null)
    : Exception(message)
{
    /// <summary>What lay beneath.</summary>
    public string? Why { get; } = why;

    /// <summary>The code; <c>MCP_UNAVAILABLE</c> unless something more exact is known.</summary>
    public Contracts.Values.ErrorCode Code { get; } = code ?? Contracts.Failures.ErrorCodes.McpUnavailable;
}
