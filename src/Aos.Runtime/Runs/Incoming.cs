using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;

namespace Aos.Runtime.Runs;

/// <summary>A fact on its way to a run.</summary>
/// <param name="Fact">The fact.</param>
/// <param name="InboxId">Its number in the store's inbox, where it came from there.</param>
/// <param name="Blobs">Documents that the fact names and that must be stored with it.</param>
internal readonly record struct Incoming(RunEvent.Fact Fact, long? InboxId = null, IReadOnlyList<Blob>? Blobs = null)
{
    /// <summary>No fact, but the failure of the store that keeps the run from having one.</summary>
    public StoreException? Failure { get; init; }

    /// <summary>That the store failed: the run stops here, and can be resumed.</summary>
    public static Incoming Failed(StoreException failure) => new(Drain.Fact) { Failure = failure };

    /// <summary>No fact, but the request to drain. It is passed in order, so that all that came before was
    /// taken.</summary>
    public static Incoming Drain { get; } = new(new RunEvent.TimeReached());

    /// <summary>Whether it is the request to drain.</summary>
    public bool IsDrain => ReferenceEquals(Fact, Drain.Fact) && Failure is null;

    /// <summary>What of it is taken while the loop drains: the answer of what was in flight, marked so that nothing is
    /// started on it. Null for everything else, which the next owner takes up.</summary>
    public Incoming? WhileDraining() => Fact switch
    {
        RunEvent.AttemptReturned returned => this with { Fact = returned with { Draining = true } },
        RunEvent.PlannerAnswered answered => this with { Fact = answered with { Draining = true } },
        _ => null,
    };
}
