using Aos.Abstractions.Planning;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Runs;
using Aos.Kernel.Runs;
using Aos.Runtime.Budgets;
using Aos.Runtime.Documents;
using Aos.Runtime.Effects;
using Aos.Runtime.Journals;
using Aos.Runtime.Secrets;
using Aos.Runtime.Skills;
using Aos.Runtime.Telemetry;

namespace Aos.Runtime.Runs;

/// <summary>What every run of a runtime shares.</summary>
internal sealed class RunServices
{
    public required IStore Store { get; init; }

    public required ISkillRegistry Registry { get; init; }

    public required CompiledSkills Skills { get; init; }

    public required IReadOnlyList<IPlanner> Planners { get; init; }

    public required DocumentCache Documents { get; init; }

    public required JournalReader Reader { get; init; }

    public required IWorkQueue Work { get; init; }

    public required JournalWriter Writer { get; init; }

    public required AttemptRunner Attempts { get; init; }

    public required QuoteRunner Quotes { get; init; }

    public required SecretVault Secrets { get; init; }

    public required PlannerRunner Planning { get; init; }

    public required FailureCatalog Catalog { get; init; }

    /// <summary>Prices of models; null: the built-in ones, which are loaded on first use.</summary>
    public required PriceTable? GivenPrices { get; init; }

    public PriceTable Prices => GivenPrices ?? PriceTable.BuiltIn;

    public required Func<RunState, RunEvent.Fact, Transition> Rules { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Says whether timers may fire.</summary>
    public required ClockGuard Clock { get; init; }

    /// <summary>Keeps calls within their rates.</summary>
    public required RateBook Rates { get; init; }

    /// <summary>Who pays, by tenant.</summary>
    public required Tenancies Tenancies { get; init; }

    /// <summary>Counts what is decided; null where nobody asks.</summary>
    public required RuntimeMetrics? Metrics { get; init; }

    /// <summary>For which tenants what becomes of runs is announced; null: for none.</summary>
    public required Func<string, bool>? Announces { get; init; }

    /// <summary>Whether spans carry inputs and results.</summary>
    public required bool TraceContents { get; init; }

    /// <summary>How many owners in a row may die over a run before it is quarantined.</summary>
    public required int CrashesMax { get; init; }

    /// <summary>The time, as precise as the journal keeps it.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var now = Time.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }
}
