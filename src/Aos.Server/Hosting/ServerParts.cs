using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Runtime;
using Aos.Runtime.Access;
using Aos.Runtime.Documents;
using Aos.Runtime.Webhooks;
using Aos.Server.Settings;

namespace Aos.Server.Hosting;

/// <summary>What every request of a server shares.</summary>
internal sealed class ServerParts
{
    public required ServerSettings Settings { get; init; }

    public required IStore Store { get; init; }

    public required AosRuntime Runtime { get; init; }

    /// <summary>The skills that runs may call.</summary>
    public required ISkillRegistry Skills { get; init; }

    public required ApiKeys Keys { get; init; }

    public required DocumentShelf<AgentProfile> Agents { get; init; }

    public required Rulebook Rules { get; init; }

    public required AuditLog Audit { get; init; }

    public required WebhookShelf Webhooks { get; init; }

    public required WebhookDispatcher Dispatcher { get; init; }

    public required ServerMetrics Metrics { get; init; }

    /// <summary>Answers a scrape.</summary>
    public RequestDelegate Scrape { get; set; } = _ => Task.CompletedTask;

    public required TimeProvider Time { get; init; }

    /// <summary>Whether the server was asked to end: it answers, and begins nothing new.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Ends streams when the server ends.</summary>
    public required CancellationToken Closing { get; init; }

    /// <summary>Requests with a key that are being answered.</summary>
    public KeysInFlight InFlight { get; } = new();

    public static string Version { get; } = typeof(ServerParts).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
