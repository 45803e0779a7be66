using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Cli.Invocation;

/// <summary>The runs of a store that have not ended.</summary>
internal static class OpenRuns
{
    private const int Page = 1_000;

    /// <summary>All of them, newest first.</summary>
    public static async ValueTask<List<RunId>> OfAsync(IStore store, CancellationToken cancel)
    {
        var runs = new List<RunId>();
        while (true)
        {
            var page = await store.ListRunsAsync(new RunFilter
            {
                Statuses = [RunStatus.Running, RunStatus.Waiting, RunStatus.Quarantined],
                Before = runs.Count == 0 ? null : runs[^1],
                Limit = Page,
            }, cancel).ConfigureAwait(false);
            runs.AddRange(page.Select(row => row.RunId));
            if (page.Count < Page) return runs;
        }
    }
}
