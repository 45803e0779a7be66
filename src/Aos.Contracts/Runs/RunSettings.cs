using System.Text.Json.Serialization;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Policies;
using Aos.Contracts.Values;

namespace Aos.Contracts.Runs;

/// <summary>Everything outside its plan that decides how a run goes, fixed at admission and stored by its
/// content.</summary>
/// <remarks>Editing a profile or the catalog later changes no recorded run.</remarks>
public sealed record RunSettings
{
    /// <summary>The version of the kernel's rules.</summary>
    public required int RulesVersion { get; init; }

    /// <summary>The limits granted.</summary>
    public required ResourceContract Contract { get; init; }

    /// <summary>The failure catalog.</summary>
    public required FailureCatalog Catalog { get; init; }

    /// <summary>How the goal becomes a plan.</summary>
    public PlannerChoice? Planner { get; init; }

    /// <summary>What holds for the planner's answers. Absent: they cost nothing, a refused one ends the run, and so
    /// does a plan that fails.</summary>
    public PlanningTerms? Planning { get; init; }

    /// <summary>The folder that file skills may use.</summary>
    public string? Workspace { get; init; }

    /// <summary>The language models that may be used, each with the price that holds for the run. Absent:
    /// none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueMap<ModelSpec> Models { get; init; }

    /// <summary>Settings per skill.</summary>
    public Payload? Config { get; init; }

    /// <summary>The policies that bind the run, ordered by name. Absent: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<Policy> Policies { get; init; }

    /// <summary>The clocks of the time zones that the policies name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<PinnedZone> Zones { get; init; }
}
