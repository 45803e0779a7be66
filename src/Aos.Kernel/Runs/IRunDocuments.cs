using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Policies;

namespace Aos.Kernel.Runs;

/// <summary>The documents that events name by content. Looking one up is pure: a digest has one content for
/// ever.</summary>
public interface IRunDocuments
{
    /// <summary>The settings of that digest, with their catalog indexed.</summary>
    /// <exception cref="KeyNotFoundException">The shell did not load them: a defect.</exception>
    SettingsDocument Settings(Digest digest);

    /// <summary>The program of the plan of that digest.</summary>
    /// <exception cref="KeyNotFoundException">The shell did not load it: a defect.</exception>
    PlanProgram Program(Digest digest);
}

/// <summary>The settings of a run, with their catalog indexed.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Catalog">Their failure catalog.</param>
public sealed record SettingsDocument(RunSettings Settings, FailureIndex Catalog)
{
    /// <summary>The policies that bind the run from its admission on, compiled; null where there are none.</summary>
    public PolicySet? Policies { get; } = PolicySet.Compile(Settings.Policies, Settings.Zones);
}
