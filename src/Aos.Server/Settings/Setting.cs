using System.Globalization;
using Aos.Contracts.Agents;

namespace Aos.Server.Settings;

/// <summary>A setting: the one place that says its name in the file, in the environment (<c>AOS_</c> and the name in
/// capitals) and as a flag (<c>--</c> and the name with dashes), what it means and what it may be.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Value">What the value looks like, for help.</param>
/// <param name="Help">What it means and its default.</param>
/// <param name="Apply">Reads the texts that were given (several only for lists); returns the settings, or what is
/// wrong.</param>
internal sealed record Setting(
    string Name, string Value, string Help,
    Func<ServerSettings, IReadOnlyList<string>, (ServerSettings, string?)> Apply)
{
    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Of("listen", "URL",
            "Where to listen, such as http://127.0.0.1:7400 (the default); several with commas", ReadListen),
        Text("store", "URL", "PostgreSQL store: postgres://user:password@host/database (default: the embedded store)",
            (settings, text) => PostgresAddress.Problem(text) is { } mistake
                ? (settings, mistake) : (settings with { Store = text }, null)),
        Text("store_schema", "NAME", "Schema of the PostgreSQL store (default: aos)",
            (settings, text) => (settings with { StoreSchema = text }, null)),
        Text("tenant", "NAME", "Tenant of the first key (default: local)", (settings, text) =>
            Runtime.Access.Rights.IsName(text) ? (settings with { Tenant = text }, null)
                : (settings, "is no name of a tenant: lower-case letters, digits, '_' and '-', at most 64")),
        Number("drain_seconds", 0, 600, "Time for calls in flight once the server is asked to end (default: 25)",
            (settings, value) => settings with { DrainSeconds = value }),
        Number("adopt_seconds", 1, 3_600, "Time between two looks for runs whose process is gone (default: 10)",
            (settings, value) => settings with { AdoptSeconds = value }),
        List("allowed_hosts", "HOST", "Names under which the server is reached, beside those that it listens on",
            (settings, values) => settings with { AllowedHosts = values }),
        List("allowed_origins", "ORIGIN", "Origins of web pages that may call it (default: none)",
            (settings, values) => settings with { AllowedOrigins = values }),
        Number("body_bytes_max", 1_024, 64 * 1024 * 1024, "Bytes of a request body (default: 2097152)",
            (settings, value) => settings with { BodyBytesMax = value }),
        Number("rate_per_second", 0, 1_000_000, "Requests a second of one caller; 0 for no limit (default: 500)",
            (settings, value) => settings with { RatePerSecond = value }),
        Number("requests_max", 1, 100_000, "Requests that are answered at a time (default: 1024)",
            (settings, value) => settings with { RequestsMax = value }),
        Number("streams_max", 1, 1_000_000, "Event streams that are open at a time (default: 12000)",
            (settings, value) => settings with { StreamsMax = value }),
        Number("requests_per_caller_max", 1, 100_000,
            "Requests of one caller that are answered at a time (default: 512)",
            (settings, value) => settings with { RequestsPerCallerMax = value }),
        Number("streams_per_caller_max", 1, 1_000_000,
            "Event streams of one caller that are open at a time (default: 2000)",
            (settings, value) => settings with { StreamsPerCallerMax = value }),
        Number("connections_max", 0, 1_000_000,
            "Connections that are open at a time (default: requests_max + streams_max)",
            (settings, value) => settings with { ConnectionsMax = value }),
        Number("headers_seconds", 1, 600, "Time that the headers of a request may take (default: 15)",
            (settings, value) => settings with { HeadersSeconds = value }),
        Number("keep_alive_seconds", 1, 3_600, "Time that a connection may be silent between requests (default: 130)",
            (settings, value) => settings with { KeepAliveSeconds = value }),
        Number("bytes_per_second_min", 0, 1_000_000,
            "Bytes a second below which a client is too slow; 0 for no limit (default: 240)",
            (settings, value) => settings with { BytesPerSecondMin = value }),
        Of("oidc_authority", "URL", "Issuer of OpenID Connect tokens that are accepted", ReadAuthority),
        Text("oidc_audience", "TEXT", "For whom tokens must be made out",
            (settings, text) => (settings with { OidcAudience = text }, null)),
        Text("oidc_roles_claim", "NAME", "Claim that holds the roles (default: roles)",
            (settings, text) => (settings with { OidcRolesClaim = text }, null)),
        Text("oidc_tenant_claim", "NAME", "Claim that holds the tenant (default: all tokens are of the server's)",
            (settings, text) => (settings with { OidcTenantClaim = text }, null)),
        Flag("new_admin_key", "Make an administrator's key now and print it",
            (settings, value) => settings with { NewAdminKey = value }),
        Of("webhook_network", "ENTRY",
            "What webhooks may reach: * for public addresses (the default), a host, an address, a range; several "
                + "with commas", ReadNetwork),
        Of("otlp_endpoint", "URL",
            "OpenTelemetry collector for metrics, traces and logs (default: OTEL_EXPORTER_OTLP_ENDPOINT)",
            ReadCollector),
        Text("otlp_protocol", "NAME", "How to speak to otlp_endpoint: http/protobuf (the default) or grpc",
            (settings, text) =>
            text is "grpc" or "http/protobuf" ? (settings with { OtlpGrpc = text == "grpc" }, null)
                : (settings, "is neither http/protobuf nor grpc")),
        Number("trace_percent", 0, 100, "How many of a hundred traces that begin here are recorded (default: 100)",
            (settings, value) => settings with { TracePercent = value }),
        Flag("trace_callers", "Take on the traceparent of requests (default: true)",
            (settings, value) => settings with { TraceCallers = value }),
        Flag("trace_contents", "Let spans carry inputs and results (default: false)",
            (settings, value) => settings with { TraceContents = value }),
        Flag("log_json", "Log as JSON, one line an entry", (settings, value) => settings with { LogJson = value }),
    ];

    public string Variable => "AOS_" + Name.ToUpperInvariant();

    public string Option => "--" + Name.Replace('_', '-');

    /// <summary>Whether the flag stands alone.</summary>
    public bool IsSwitch => Value.Length == 0;

    private static Setting Of(string name, string value, string help,
        Func<ServerSettings, IReadOnlyList<string>, (ServerSettings, string?)> apply) => new(name, value, help, apply);

    private static Setting Text(
        string name, string value, string help, Func<ServerSettings, string, (ServerSettings, string?)> apply) =>
        new(name, value, help, (settings, texts) => texts is [{ Length: > 0 } text]
            ? apply(settings, text) : (settings, "needs one text"));

    private static Setting Number(
        string name, int least, int most, string help, Func<ServerSettings, int, ServerSettings> apply) =>
        new(name, "N", help, (settings, texts) => texts is [var text]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            && number <= most
            ? (apply(settings, number), null)
            : (settings, $"is not a whole number from {least} to {most}"));

    private static Setting List(
        string name, string value, string help, Func<ServerSettings, IReadOnlyList<string>, ServerSettings> apply) =>
        new(name, value, help + "; several with commas", (settings, texts) => (apply(settings, Split(texts)), null));

    private static Setting Flag(string name, string help, Func<ServerSettings, bool, ServerSettings> apply) =>
        new(name, "", help, (settings, texts) => texts is ["true" or "1"] ? (apply(settings, true), null)
            : texts is ["false" or "0"] ? (apply(settings, false), null) : (settings, "is neither true nor false"));

    private static IReadOnlyList<string> Split(IReadOnlyList<string> texts) =>
        [.. texts.SelectMany(
            text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static (ServerSettings, string?) ReadListen(ServerSettings settings, IReadOnlyList<string> texts)
    {
        var addresses = new List<Uri>();
        foreach (var text in Split(texts))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
                || address.PathAndQuery != "/" || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
                return (settings, $"'{text}' is no address such as http://127.0.0.1:7400");
            // A name would be listened for at every address of the machine, whatever it stands for.
            if (address.Host != "localhost"
                && address.HostNameType is not (UriHostNameType.IPv4 or UriHostNameType.IPv6))
                return (settings,
                    $"'{text}' names a host: say at which address, such as http://127.0.0.1:7400, or "
                        + "http://0.0.0.0:7400 for all of them");
            addresses.Add(address);
        }
        return addresses.Count == 0 ? (settings, "names no address") : (settings with { Listen = addresses }, null);
    }

    private static (ServerSettings, string?) ReadNetwork(ServerSettings settings, IReadOnlyList<string> texts)
    {
        var entries = Split(texts);
        return entries.FirstOrDefault(entry => !NetworkEntry.TryParse(entry, out _)) is { } mistake
            ? (settings, $"'{mistake}' is not {NetworkEntry.Rule}")
            : (settings with { WebhookNetwork = entries }, null);
    }

    private static (ServerSettings, string?) ReadCollector(ServerSettings settings, IReadOnlyList<string> texts) =>
        texts is [var text] && Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            ? (settings with { OtlpEndpoint = address }, null)
            : (settings, "is no address such as http://127.0.0.1:4318");

    private static (ServerSettings, string?) ReadAuthority(ServerSettings settings, IReadOnlyList<string> texts) =>
        texts is [var text] && Uri.TryCreate(text, UriKind.Absolute, out var authority)
            && (authority.Scheme == "https" || (authority.Scheme == "http" && authority.IsLoopback))
            ? (settings with { OidcAuthority = authority }, null)
            : (settings, "is no https address (http is accepted on loopback only)");
}
