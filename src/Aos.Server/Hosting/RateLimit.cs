using System.Collections.Concurrent;

namespace Aos.Server.Hosting;

/// <summary>How many requests each caller may still send: a bucket that fills evenly. Thread-safe.</summary>
/// <param name="perSecond">Requests a second; 0: no limit. Twice as many may come at once.</param>
/// <param name="time">The clock.</param>
internal sealed class RateLimit(int perSecond, TimeProvider time)
{
    private const int BucketsMax = 10_000;
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one request from the bucket of a caller.</summary>
    /// <returns>Null; or how long to wait where the bucket is empty.</returns>
    public TimeSpan? Take(string caller)
    {
        if (perSecond == 0) return null;
        // Callers that have been silent have full buckets, which is what a new one is.
        if (_buckets.Count > BucketsMax) _buckets.Clear();
        return _buckets.GetOrAdd(caller, _ => new Bucket(perSecond * 2d, time.GetTimestamp())).Take(perSecond, time);
    }

    private sealed class Bucket(double level, long at)
    {
        private readonly Lock _gate = new();
        private double _level = level;
        private long _at = at;

        public TimeSpan? Take(int perSecond, TimeProvider time)
        {
            lock (_gate)
            {
                var now = time.GetTimestamp();
                _level = Math.Min(perSecond * 2d, _level + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
                _at = now;
                if (_level < 1) return TimeSpan.FromSeconds((1 - _level) / perSecond);
                _level--;
                return null;
            }
        }
    }
}
