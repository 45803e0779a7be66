using System.Collections.Immutable;
using System.Globalization;

namespace Aos.Simulation.Tests.World;

/// <summary>What can go wrong in the simulated world, apart from what skills answer.</summary>
internal enum FaultKind
{
    /// <summary>The process dies before its commit.</summary>
    CrashBeforeCommit,

    /// <summary>The process dies after its commit, before it hears of it.</summary>
    CrashAfterCommit,

    /// <summary>The process dies in its commit: of several runs, some are written and some are not.</summary>
    CrashInCommit,

    /// <summary>A commit fails, and nothing was written.</summary>
    CommitLost,

    /// <summary>A commit fails, and all was written.</summary>
    CommitUnheard,

    /// <summary>A commit fails, and of several runs some were written.</summary>
    CommitTorn,

    /// <summary>A commit takes long.</summary>
    SlowCommit,

    /// <summary>A read of the store fails.</summary>
    ReadFails,

    /// <summary>A fact cannot be left in the inbox, or it can, but nobody is told.</summary>
    PostFails,

    /// <summary>A record cannot be written, or it can, but nobody is told.</summary>
    PutFails,

    /// <summary>A fact of the inbox is delivered again after it was consumed.</summary>
    DeliveredAgain,

    /// <summary>The process dies out of the blue.</summary>
    Crash,

    /// <summary>The process is held up, past its hold on its runs.</summary>
    Pause,

    /// <summary>The wall clock jumps.</summary>
    ClockJump,

    /// <summary>A caller asks twice.</summary>
    AskedTwice,

    /// <summary>A skill does not just answer.</summary>
    SkillFails,

    /// <summary>A request stays on its way for a while, and arrives whatever becomes of who sent it.</summary>
    SlowRequest,
}

/// <summary>Names one fault of a simulation: a place where this could go wrong, by its number or by what is
/// asked.</summary>
internal readonly record struct FaultPlace(FaultKind Kind, string Name)
{
    public override string ToString() => $"{Kind} {Name}";
}

/// <summary>Decides what goes wrong. Each place is decided by the seed and its name alone, so that one fault can be
/// left out and the others stay.</summary>
internal sealed class Faults(ulong seed, ImmutableHashSet<FaultPlace> leftOut)
{
    private readonly Dictionary<FaultKind, int> _places = [];

    /// <summary>Whether faults happen at all now.</summary>
    public bool AreOn { get; set; } = true;

    /// <summary>What happened so far.</summary>
    public List<FaultPlace> Struck { get; } = [];

    /// <summary>Called where something strikes.</summary>
    public Action<FaultPlace>? Observer { get; init; }

    /// <summary>Whether something goes wrong at the next place of a kind.</summary>
    /// <param name="kind">What could.</param>
    /// <param name="perMille">How likely it is.</param>
    /// <param name="draw">What further numbers follow from.</param>
    public bool Strikes(FaultKind kind, int perMille, out Dice draw)
    {
        var number = _places.GetValueOrDefault(kind);
        _places[kind] = number + 1;
        return Strikes(new FaultPlace(kind, number.ToString(CultureInfo.InvariantCulture)), perMille, out draw);
    }

    public bool Strikes(FaultKind kind, int perMille) => Strikes(kind, perMille, out _);

    /// <summary>Whether something goes wrong at a named place, whenever that is.</summary>
    public bool Strikes(FaultPlace place, int perMille, out Dice draw)
    {
        draw = new Dice(Dice.Hash(seed, place.ToString()));
        if (!AreOn || !draw.Chance(perMille) || leftOut.Contains(place)) return false;
        Struck.Add(place);
        Observer?.Invoke(place);
        return true;
    }
}
