using Aos.Abstractions.Planning;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Kernel.Runs;
using Aos.Runtime.Policies;
using Aos.Runtime.Runs;
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

    /// <summary>The failure catalog. Default: the built-in one.</summary>
    public FailureCatalog Catalog { get; init; } = BuiltInCatalog.Instance;

    /// <summary>The policies of the tenant. Default: none.</summary>
    public PolicyShelf Policies { get; init; } = PolicyShelf.Empty;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where run ids come from. Default: drawn by time and chance.</summary>
    public IRunIdSource? Ids { get; init; }

    /// <summary>Where the runtime says what operators should know. Default: nowhere. The journal of a run does not
    /// depend on it.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The tenant. Default: <c>local</c>.</summary>
    public string Tenant { get; init; } = "local";

    /// <summary>How many processes in a row may die while they work on a run, without its getting further, before it is
    /// quarantined. Default 3; at least 1.</summary>
    public int CrashesMax { get; init; } = 3;

    /// <summary>Where the runtime's work gets its threads; another one only in tests.</summary>
    internal IWorkQueue Work { get; init; } = PoolWorkQueue.Instance;

    /// <summary>The rules of runs; others only in tests, which plant mistakes in them.</summary>
    internal Func<RunState, RunEvent.Fact, Transition> Rules { get; init; } = RunKernel.Advance;
}
