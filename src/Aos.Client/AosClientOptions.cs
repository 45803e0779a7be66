namespace Aos.Client;

/// <summary>How a client talks to its server.</summary>
public sealed class AosClientOptions
{
    /// <summary>The address of the server, such as <c>http://127.0.0.1:7400</c>; a path before <c>/v1</c> is
    /// kept.</summary>
    public required Uri Server { get; init; }

    /// <summary>An API key or a token. Null: none is sent.</summary>
    public string? Key { get; init; }

    /// <summary>How long an answer may take. Default 100 seconds. A call that the server is asked to wait in may take
    /// that much longer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>How long an answer may take for which skills are called: a single call, a live replay. Default one
    /// hour.</summary>
    public TimeSpan WorkTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a server may be away while a run is followed, before that ends with an outcome. Default one
    /// minute, which is longer than a server takes to be started again.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a request that does no harm twice is sent again. Default 3.</summary>
    public int RetriesMax { get; init; } = 3;
}
