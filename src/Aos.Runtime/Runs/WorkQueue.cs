namespace Aos.Runtime.Runs;

/// <summary>Where loops, attempts and the writer get their threads. A test brings one of its own, to decide the
/// order.</summary>
internal interface IWorkQueue
{
    /// <summary>Has an item executed soon, on another thread.</summary>
    void Queue(IThreadPoolWorkItem item);
}

/// <summary>The thread pool.</summary>
internal sealed class PoolWorkQueue : IWorkQueue
{
    public static PoolWorkQueue Instance { get; } = new();

    // No execution context flows: a run belongs to nobody's call.
    public void Queue(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
}
