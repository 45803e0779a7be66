using Aos.Runtime.Webhooks;

namespace Aos.Server.Settings;

/// <summary>How the server behaves. Read once, at the start.</summary>
internal sealed record ServerSettings
{
    /// <summary>Where it listens. Default: <c>http://127.0.0.1:7400</c>.</summary>
    public IReadOnlyList<Uri> Listen { get; init; } = [new("http://127.0.0.1:7400")];

    /// <summary>The folder of the embedded store and of the files of the server.</summary>
    public required string Data { get; init; }

    /// <summary>The PostgreSQL store; null: the embedded one.</summary>
    public string? Store { get; init; }

    /// <summary>The schema of the PostgreSQL store.</summary>
    public string StoreSchema { get; init; } = "aos";

    /// <summary>The tenant of the first key and of everything that names none.</summary>
    public string Tenant { get; init; } = "local";

    /// <summary>Seconds for calls in flight once the server was asked to end. Default 25; 0 to 600.</summary>
    public int DrainSeconds { get; init; } = 25;

    /// <summary>Seconds between two looks for runs whose process is gone. Default 10; 1 to 3,600.</summary>
    public int AdoptSeconds { get; init; } = 10;

    /// <summary>Host names under which it is reached beside those that it listens on.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Origins of web pages that may call it. Default: none.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Bytes of a request body. Default 2 MiB; 1 KiB to 64 MiB.</summary>
    public int BodyBytesMax { get; init; } = 2 * 1024 * 1024;

    /// <summary>Requests a second of one caller, on average; twice as many at once. 0: no limit. Default 500.</summary>
    public int RatePerSecond { get; init; } = 500;

    /// <summary>Requests that are answered at a time, streams not counted. Default 1,024; 1 to 100,000.</summary>
    public int RequestsMax { get; init; } = 1_024;

    /// <summary>Event streams that are open at a time. Default 12,000; 1 to 1,000,000.</summary>
    public int StreamsMax { get; init; } = 12_000;

    /// <summary>Requests of one caller that are answered at a time. Default 512; 1 to 100,000.</summary>
    public int RequestsPerCallerMax { get; init; } = 512;

    /// <summary>Event streams of one caller that are open at a time. Default 2,000; 1 to 1,000,000.</summary>
    public int StreamsPerCallerMax { get; init; } = 2_000;

    /// <summary>Connections that are open at a time; 0: as many as requests and streams together. Default 0; 0 to
    /// 1,000,000.</summary>
    public int ConnectionsMax { get; init; }

    /// <summary>Seconds that the headers of a request may take. Default 15; 1 to 600.</summary>
    public int HeadersSeconds { get; init; } = 15;

    /// <summary>Seconds that a connection may be silent between requests. Default 130; 1 to 3,600.</summary>
    public int KeepAliveSeconds { get; init; } = 130;

    /// <summary>Bytes a second below which a body is too slow, both ways, once five seconds have passed. 0: no limit.
    /// Default 240; 0 to 1,000,000.</summary>
    public int BytesPerSecondMin { get; init; } = 240;

    /// <summary>The issuer of OpenID Connect tokens; null: only API keys are known.</summary>
    public Uri? OidcAuthority { get; init; }

    /// <summary>For whom tokens must be made out.</summary>
    public string? OidcAudience { get; init; }

    /// <summary>The claim that holds the roles. Default <c>roles</c>.</summary>
    public string OidcRolesClaim { get; init; } = "roles";

    /// <summary>The claim that holds the tenant; a token without it is refused. Null: every token belongs to the tenant
    /// of the server.</summary>
    public string? OidcTenantClaim { get; init; }

    /// <summary>Whether to make an administrator's key at this start and print it.</summary>
    public bool NewAdminKey { get; init; }

    /// <summary>Whether the log is JSON, one line an entry.</summary>
    public bool LogJson { get; init; }

    /// <summary>The collector that metrics, traces and logs are pushed to; null: the one that
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names, or none.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Whether <see cref="OtlpEndpoint"/> speaks gRPC rather than HTTP with protobuf.</summary>
    public bool OtlpGrpc { get; init; }

    /// <summary>How many of a hundred traces that begin here are recorded. Default 100.</summary>
    public int TracePercent { get; init; } = 100;

    /// <summary>Whether a request's <c>traceparent</c> is taken on. Default: yes.</summary>
    public bool TraceCallers { get; init; } = true;

    /// <summary>Whether spans carry inputs and results.</summary>
    public bool TraceContents { get; init; }

    /// <summary>What webhooks may reach, as entries of a network. Default: public addresses.</summary>
    public IReadOnlyList<string> WebhookNetwork { get; init; } = ["*"];

    /// <summary>How webhooks are sent; otherwise only in tests.</summary>
    public WebhookOptions Webhooks { get; init; } = new();

    /// <summary>Whether it can be reached from this machine only.</summary>
    public bool IsLoopback => Listen.All(address => address.IsLoopback);
}
