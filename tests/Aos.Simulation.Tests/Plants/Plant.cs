using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Kernel.Runs;
using Aos.Testing.Storage;

namespace Aos.Simulation.Tests.Plants;

/// <summary>A bug that is put into a simulation on purpose, around the real code: the simulation must find it. One
/// instance a simulation.</summary>
internal abstract class Plant
{
    /// <summary>Stands between the runtime and its store.</summary>
    public virtual IStore Above(IStore store, TimeProvider time) => store;

    /// <summary>Stands in for the store itself.</summary>
    public virtual IStore Below(MemoryStore store, MemoryStoreState state) => store;

    /// <summary>Changes what is really written.</summary>
    public virtual ReadOnlyMemory<JournalSlice> Written(ReadOnlyMemory<JournalSlice> slices, bool isDying) => slices;

    /// <summary>Stands in for the kernel.</summary>
    public virtual Transition Advance(RunState state, RunEvent.Fact fact) => RunKernel.Advance(state, fact);

    /// <summary>Changes what a skill is asked.</summary>
    public virtual SkillCall Asked(SkillCall call) => call;

    /// <summary>A transition with other events and effects; its state follows from them.</summary>
    protected static Transition Of(RunState state, IEnumerable<RunEvent> events, IEnumerable<Effect> effects)
    {
        var changed = events.ToList();
        return new Transition([.. changed], [.. effects], changed.Count == 0 ? state : state.FoldOn(changed));
    }
}
