using System.Text;
using Aos.Abstractions.Storage;

namespace Aos.Testing.Storage;

public sealed partial class MemoryStore
{
    /// <inheritdoc />
    public ValueTask<PruneResult> PruneAsync(PruneRequest request, CancellationToken cancel)
    {
        if (request.Limit is < 1 or > ListMax || request.Keep < 0)
            throw new ArgumentOutOfRangeException(
                nameof(request), request, $"1 to {ListMax} runs are pruned at a time, and 0 or more kept.");
        lock (state.Gate)
        {
            RequireAlive(cancel);
            var matching = state.Runs.Where(run => run.Row.IsEnded
                && (request.Statuses.Count == 0 || request.Statuses.Contains(run.Row.Status))).ToList();
            var found = matching.SkipLast(request.Keep).Where(run => run.Row.EndedAt < request.EndedBefore)
                .Take(request.DryRun ? int.MaxValue : request.Limit).ToList();
            var bytes = found.Sum(run => run.Segments.Sum(segment => (long)segment.Events.Length));
            if (!request.DryRun) found.ForEach(Remove);
            return ValueTask.FromResult(new PruneResult(found.Count, found.Sum(run => run.LastSeq), bytes));
        }
    }

    /// <inheritdoc />
    public ValueTask<SweepResult> SweepBlobsAsync(CancellationToken cancel)
    {
        lock (state.Gate)
        {
            RequireAlive(cancel);
            var journals = state.Runs.SelectMany(run => run.Segments)
                .Select(segment => Encoding.UTF8.GetString(segment.Events.Span)).ToList();
            var nameless = state.Blobs.Keys
                .Where(digest => !journals.Exists(text => text.Contains(digest.Value, StringComparison.Ordinal)))
                .ToList();
            var bytes = nameless.Sum(digest => (long)state.Blobs[digest].Length);
            nameless.ForEach(digest => state.Blobs.Remove(digest));
            return ValueTask.FromResult(new SweepResult(nameless.Count, bytes));
        }
    }

    private void Remove(MemoryRun run)
    {
        state.Runs.Remove(run);
        state.RunsById.Remove(run.Row.RunId);
        state.Charges.Remove(run.Row.RunId);
        state.Approvals.RemoveAll(approval => approval.RunId == run.Row.RunId);
        state.Inbox.RemoveAll(item => item.RunId == run.Row.RunId);
    }
}
