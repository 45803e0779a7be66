using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Aos.Contracts.Values;

namespace Aos.Runtime.Documents;

/// <summary>Compiled documents by content, the recent ones: what was used among the last <paramref name="kept"/> is
/// there, and no more than twice as many are. Thread-safe.</summary>
/// <typeparam name="T">A compiled document.</typeparam>
/// <param name="kept">How many are sure to be kept.</param>
internal sealed class RecentDocuments<T>(int kept) where T : class
{
    // Two generations: forgetting everything at once would take a document away between its admission and its run.
    private ConcurrentDictionary<Digest, T> _young = new();
    private ConcurrentDictionary<Digest, T> _old = new();

    public bool TryGet(Digest digest, [NotNullWhen(true)] out T? document)
    {
        if (Volatile.Read(ref _young).TryGetValue(digest, out document)) return true;
        if (!Volatile.Read(ref _old).TryGetValue(digest, out document)) return false;
        Keep(digest, document);
        return true;
    }

    public T GetOrAdd<TSource>(Digest digest, Func<TSource, T> compile, TSource source)
    {
        if (TryGet(digest, out var known)) return known;
        var compiled = compile(source);
        Keep(digest, compiled);
        return compiled;
    }

    private void Keep(Digest digest, T document)
    {
        var young = Volatile.Read(ref _young);
        young[digest] = document;
        if (young.Count <= kept) return;
        // One of several callers turns the generations over.
        if (Interlocked.CompareExchange(ref _young, new ConcurrentDictionary<Digest, T>(), young) == young)
            Volatile.Write(ref _old, young);
    }
}
