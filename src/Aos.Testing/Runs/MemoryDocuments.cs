using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;

namespace Aos.Testing.Runs;

/// <summary>The documents that events name by content, in memory. Not safe for concurrent use.</summary>
public sealed class MemoryDocuments : IRunDocuments
{
    private readonly Dictionary<Digest, SettingsDocument> _settings = [];
    private readonly Dictionary<Digest, PlanProgram> _programs = [];

    /// <summary>Keeps settings.</summary>
    /// <returns>Their digest.</returns>
    public Digest Add(RunSettings settings)
    {
        var digest = Digest.Of(AosJson.Write(settings));
        _settings.TryAdd(digest, new SettingsDocument(settings, new FailureIndex(settings.Catalog)));
        return digest;
    }

    /// <summary>Keeps a validated plan, compiled.</summary>
    /// <returns>Its digest.</returns>
    public Digest Add(PinnedPlan plan)
    {
        var digest = Digest.Of(AosJson.Write(plan));
        if (!_programs.ContainsKey(digest)) _programs.Add(digest, PlanProgram.Compile(plan));
        return digest;
    }

    /// <inheritdoc />
    public SettingsDocument Settings(Digest digest) => _settings[digest];

    /// <inheritdoc />
    public PlanProgram Program(Digest digest) => _programs[digest];
}
