using System.Collections.Concurrent;

namespace Aos.Server.Hosting;

/// <summary>Requests with an idempotency key that are being answered. Thread-safe.</summary>
internal sealed class KeysInFlight
{
    private readonly ConcurrentDictionary<(string Tenant, string Key), bool> _keys = new();

    /// <summary>Begins a request.</summary>
    /// <returns>What ends it; null where one with the same key has not ended.</returns>
    public IDisposable? TryBegin(string tenant, string key) =>
        _keys.TryAdd((tenant, key), true) ? new Held(this, (tenant, key)) : null;

    private sealed class Held(KeysInFlight keys, (string, string) key) : IDisposable
    {
        public void Dispose() => keys._keys.TryRemove(key, out _);
    }
}
