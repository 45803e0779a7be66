using System.Text;
using System.Threading.Channels;
using Aos.Abstractions.Storage;
using Aos.Benchmarks.Load;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Benchmarks.Engine;

/// <summary>What the store can do without an engine: the journal of a run, written beforehand, appended in as many
/// slices as the run has steps, with one durable wait for each.</summary>
internal sealed class Floor : IAsyncDisposable
{
    private const int BatchMax = 512;

    private readonly IStore _store;
    private readonly Channel<Pending> _queue =
        Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writer;
    private readonly JournalSlice[] _slices;
    private long _runs;

    private Floor(IStore store, JournalSlice[] slices)
    {
        _store = store;
        _slices = slices;
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Takes the bytes from a run that an engine has made.</summary>
    /// <param name="store">Where it is written.</param>
    /// <param name="made">Where a run lies.</param>
    /// <param name="slices">How many slices a run is cut into: how often it waits for the disk.</param>
    public static async Task<Floor> OpenAsync(IStore store, IStore made, int slices = Workload.StepsOfARun)
    {
        var rows = await made.ListRunsAsync(
            new RunFilter { Statuses = [RunStatus.Completed], Limit = 1 }, CancellationToken.None);
        var segments = await made.ReadAsync(rows[0].RunId, 0, CancellationToken.None);
        var lines = segments.SelectMany(segment => Encoding.UTF8.GetString(segment.Events.Span).Split('\n')).ToArray();
        var parts = new JournalSlice[slices];
        var seq = 0;
        for (var i = 0; i < slices; i++)
        {
            var part = lines[seq..(lines.Length * (i + 1) / slices)];
            parts[i] = new JournalSlice
            {
                RunId = rows[0].RunId,
                AfterSeq = seq,
                Count = part.Length,
                Events = Encoding.UTF8.GetBytes(string.Join('\n', part)),
                Hash = new byte[32],
                Row = i == slices - 1 ? rows[0] : i == 0
                    ? rows[0] with { Status = RunStatus.Running, EndedAt = null, Code = null } : null,
            };
            seq += part.Length;
        }
        return new Floor(store, parts);
    }

    /// <summary>Writes one run.</summary>
    public async Task MakeAsync()
    {
        var runId = RunId.Parse($"run_floor{Interlocked.Increment(ref _runs):x8}");
        foreach (var slice in _slices)
        {
            var pending = new Pending(
                slice with { RunId = runId, Row = slice.Row is null ? null : slice.Row with { RunId = runId } });
            _queue.Writer.TryWrite(pending);
            await pending.Durable.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writer;
    }

    private async Task WriteAsync()
    {
        var batch = new List<Pending>(BatchMax);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < BatchMax && _queue.Reader.TryRead(out var pending)) batch.Add(pending);
            try
            {
                var results = await _store.AppendAsync(
                    batch.ConvertAll(pending => pending.Slice).ToArray(), CancellationToken.None);
                if (results.Any(result => result != AppendResult.Written))
                    throw new InvalidOperationException("The floor met another writer.");
                foreach (var pending in batch) pending.Durable.TrySetResult();
            }
            catch (Exception error)
            {
                foreach (var pending in batch) pending.Durable.TrySetException(error);
            }
        }
    }

    private sealed class Pending(JournalSlice slice)
    {
        public JournalSlice Slice { get; } = slice;

        public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
