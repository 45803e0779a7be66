using Aos.Abstractions.Planning;
using Aos.Abstractions.Secrets;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Runs;
using Aos.Kernel.Runs;
using Aos.Runtime.Policies;
using Aos.Runtime.Runs;
using Aos.Runtime.Secrets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aos.Runtime;

/// <summary>What a runtime is put together from.</summary>
public sealed record AosRuntimeParts
{
    /// <summary>Where runs are kept.</summary>
    public required IStore Store { get; init; }

    /// <summary>The skills that can be called.</summary>
    public required ISkillRegistry Skills { get; init; }

    /// <summary>The planners that profiles can choose.</summary>
    public IReadOnlyList<IPlanner> Planners { get; init; } = [];

    /// <summary>Where secrets are looked for, in order. Default: the environment, the folder that
    /// <c>AOS_SECRETS_DIR</c> names, .NET user secrets.</summary>
    public IReadOnlyList<ISecretProvider> Secrets { get; init; } = SecretProviders.Standard(folder: null);

    /// <summary>The failure catalog. Default: the built-in one.</summary>
    public FailureCatalog Catalog { get; init; } = BuiltInCatalog.Instance;

    /// <summary>What models cost. Default: <see cref="PriceTable.BuiltIn"/>.</summary>
    public PriceTable? Prices { get; init; }

    /// <summary>The policies of the tenant. Default: none.</summary>
    public PolicyShelf Policies { get; init; } = PolicyShelf.Empty;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where run ids come from. Default: drawn by time and chance.</summary>
    public IRunIdSource? Ids { get; init; }

    /// <summary>Where the runtime says what operators should know. Default: nowhere. The journal of a run does not
    /// depend on it.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Who pays, and what all agents may spend together. Default: the tenant <c>local</c>, 2,000 cents a day
    /// in UTC.</summary>
    /// <remarks>Its time zone must be known on this machine: <see cref="AosRuntime(AosRuntimeParts)"/> throws
    /// <see cref="ArgumentException"/> otherwise.</remarks>
    public TenantProfile Tenant { get; init; } = new();

    /// <summary>Counts what runs do. Default: nothing is counted. Stays the caller's to dispose.</summary>
    public Telemetry.RuntimeMetrics? Metrics { get; init; }

    /// <summary>For which tenants what becomes of runs is announced: for <see cref="Webhooks.WebhookDispatcher"/>, in
    /// documents that are written with the events. Asked at each write; it must answer at once. Default: for
    /// none.</summary>
    public Func<string, bool>? Announces { get; init; }

    /// <summary>Whether the spans of attempts carry inputs and results, cut at 4,096 characters and without the secrets
    /// that calls were given. Default: no. Spans go to whoever listens to the source
    /// <see cref="Telemetry.RunTracing.SourceName"/>.</summary>
    public bool TraceContents { get; init; }

    /// <summary>How many processes in a row may die while they work on a run, without its getting further, before it is
    /// quarantined. Default 3; at least 1.</summary>
    public int CrashesMax { get; init; } = 3;

    /// <summary>Where the runtime's work gets its threads; another one only in tests.</summary>
    internal IWorkQueue Work { get; init; } = PoolWorkQueue.Instance;

    /// <summary>The rules of runs; others only in tests, which plant mistakes in them.</summary>
    internal Func<RunState, RunEvent.Fact, Transition> Rules { get; init; } = RunKernel.Advance;
}
