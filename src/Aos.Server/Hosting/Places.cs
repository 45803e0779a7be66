using System.Collections.Concurrent;

namespace Aos.Server.Hosting;

/// <summary>How much is answered at a time, over all and for one caller: so that nobody takes up all the room.
/// Thread-safe.</summary>
/// <param name="most">Over all callers.</param>
/// <param name="mostPerCaller">For one.</param>
internal sealed class Places(int most, int mostPerCaller)
{
    private readonly ConcurrentDictionary<string, int> _callers = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>Takes a place, to be given back with <see cref="Leave"/> where there was one.</summary>
    public PlaceAnswer Enter(string caller)
    {
        if (Interlocked.Increment(ref _taken) > most)
        {
            Interlocked.Decrement(ref _taken);
            return PlaceAnswer.Full;
        }
        if (_callers.AddOrUpdate(caller, 1, static (_, taken) => taken + 1) <= mostPerCaller) return PlaceAnswer.Taken;
        Leave(caller);
        return PlaceAnswer.FullForCaller;
    }

    public void Leave(string caller)
    {
        Interlocked.Decrement(ref _taken);
        // Removed only as it is known: somebody who came in between keeps the count.
        if (_callers.AddOrUpdate(caller, 0, static (_, taken) => taken - 1) == 0)
            _callers.TryRemove(KeyValuePair.Create(caller, 0));
    }
}

/// <summary>Whether there was a place.</summary>
internal enum PlaceAnswer
{
    Taken,
    Full,
    FullForCaller,
}
