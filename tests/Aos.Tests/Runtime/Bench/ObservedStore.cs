using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Runtime.Journals;

namespace Aos.Tests.Runtime.Bench;

/// <summary>A store that shows what became durable, and can be held up between a commit's asking and its end.</summary>
internal sealed class ObservedStore(IStore inner) : Proxy(inner)
{
    private readonly Lock _gate = new();
    private readonly List<RunEvent> _durable = [];
    private readonly List<(Func<RunEvent, bool> Wanted, TaskCompletionSource<RunEvent> Seen)> _awaited = [];
    private TaskCompletionSource? _held;
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The events that are durable, in order.</summary>
    public IReadOnlyList<RunEvent> Durable
    {
        get
        {
            lock (_gate) return [.. _durable];
        }
    }

    /// <summary>Called before each append; what it throws, the append throws.</summary>
    public Action<int>? BeforeAppend { get; set; }

    /// <summary>Told of each slice that was written.</summary>
    public Action<JournalSlice>? Wrote { get; set; }

    public int Appends { get; private set; }

    /// <summary>Holds up every append from now on.</summary>
    public void Hold()
    {
        lock (_gate) (_held, _asked) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    /// <summary>Ends when an append is held up.</summary>
    public Task WhenHeldAsync() => _asked.Task;

    public void Release()
    {
        lock (_gate)
        {
            _held?.TrySetResult();
            _held = null;
        }
    }

    /// <summary>Ends when an event is durable.</summary>
    public Task<RunEvent> WhenAsync(Func<RunEvent, bool> wanted)
    {
        lock (_gate)
        {
            if (_durable.Find(e => wanted(e)) is { } there) return Task.FromResult(there);
            var seen = new TaskCompletionSource<RunEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((wanted, seen));
            return seen.Task;
        }
    }

    public async Task<T> WhenAsync<T>(Func<T, bool>? wanted = null) where T : RunEvent =>
        (T)await WhenAsync(e => e is T typed && wanted?.Invoke(typed) != false);

    public override async ValueTask<AppendResult[]> AppendAsync(
        ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
    {
        Task? held;
        lock (_gate)
        {
            held = _held?.Task;
            if (held is not null) _asked.TrySetResult();
        }
        if (held is not null) await held;
        Appends++;
        BeforeAppend?.Invoke(Appends);
        var results = await base.AppendAsync(slices, cancel);
        for (var i = 0; i < results.Length; i++)
            if (results[i] == AppendResult.Written) Wrote?.Invoke(slices.Span[i]);
        lock (_gate)
            for (var i = 0; i < results.Length; i++)
                if (results[i] == AppendResult.Written)
                    foreach (var e in EventCodec.Decode(slices.Span[i].Events.Span)) Note(e);
        return results;
    }

    private void Note(RunEvent e)
    {
        _durable.Add(e);
        foreach (var one in _awaited.Where(one => one.Wanted(e)).ToList())
        {
            one.Seen.TrySetResult(e);
            _awaited.Remove(one);
        }
    }
}
