using System.Text;
using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Storage.Sqlite;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>What must hold of a store that something happened to: it is sound, what was acknowledged is there, and
/// another process brings every run to its end without doing anything twice that must not be.</summary>
internal sealed class Aftermath(string directory, IEnumerable<string> said) : IAsyncDisposable
{
    private readonly Ledger _ledger = new(said);
    private SqliteStore _store = null!;

    private static CancellationToken Never => CancellationToken.None;

    /// <summary>Opens the store, looks, goes on with its runs, and looks again. Throws what does not hold.</summary>
    public static async Task CheckAsync(string directory, IEnumerable<string> said)
    {
        await using var aftermath = new Aftermath(directory, said);
        await aftermath.CheckAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
        _ledger.Dispose();
    }

    private async Task CheckAsync()
    {
        _store =
            await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, Never);
        Assert.Empty(await _store.CheckAsync(Never));
        await RequireWrittenAsync();
        var decided = Runs("decided");
        await using (var runtime = CrashWorld.Runtime(_store, _ledger))
        {
            await runtime.ResumeAsync(null, Never);
            await ActAsPersonAsync(runtime, decided);
        }
        await RequireEndedAsync();
        Assert.Empty(await _store.CheckAsync(Never));
    }

    // A link of the chain that was acknowledged is there, byte for byte: its hash covers all events up to it.
    private async Task RequireWrittenAsync()
    {
        var (pruning, pruned) = (Runs("pruning"), Runs("pruned"));
        foreach (var run in _ledger.Of("written").GroupBy(words => words[1]))
        {
            var row = await _store.FindRunAsync(RunId.Parse(run.Key), Never);
            if (pruned.Contains(run.Key)) Assert.Null(row);
            if (row is null && pruning.Contains(run.Key)) continue;
            var links = (await _store.ReadAsync(RunId.Parse(run.Key), 0, Never))
                .Select(segment => $"{segment.FirstSeq + segment.Count - 1} {Convert.ToHexString(segment.Hash.Span)}")
                .ToHashSet();
            foreach (var words in run)
                Assert.True(
                    links.Contains($"{words[2]} {words[3]}"),
                    $"event {words[2]} of {run.Key} was acknowledged and is gone");
        }
        foreach (var words in _ledger.Of("reported"))
            if (!pruning.Contains(words[1]))
                Assert.Equal(words[2], $"{(await _store.FindRunAsync(RunId.Parse(words[1]), Never))?.Status}");
    }

    private HashSet<string> Runs(string kind) => [.. _ledger.Of(kind).Select(words => words[1])];

    // Decides what nobody has decided yet, and says of a call whose outcome is unknown whether it happened.
    private async Task ActAsPersonAsync(AosRuntime runtime, HashSet<string> decided)
    {
        foreach (var request in await _store.ListApprovalsAsync(openOnly: true, Never))
            if (!decided.Contains(request.Id.Value))
                await runtime.DecideAsync(request.Id, approved: true, "person", null, null, Never);
        // Each round settles at least one call, and a run has three that can need it.
        for (var round = 0; round < 4; round++)
        {
            foreach (var row in await _store.ListRunsAsync(
                new RunFilter { Statuses = [RunStatus.Running, RunStatus.Waiting] }, Never))
            {
                var report = (await runtime.WaitAsync(row.RunId, Never)).Value!;
                if (report is not { Status: RunStatus.Waiting, WaitingFor: WaitReason.UnknownOutcome }) continue;
                var step = report.Steps.Single(step => step.Status == StepStatus.Waiting);
                var happened = Arrivals(row.RunId.Value, step.StepId.Value) > 0;
                await runtime.SettleAsync(
                    row.RunId, step.StepId, null, happened,
                    happened ? Payload.FromUtf8("""{"n":2}"""u8.ToArray()) : null,
                    "person", null, Never);
                await runtime.WaitAsync(row.RunId, Never);
            }
        }
    }

    private async Task RequireEndedAsync()
    {
        foreach (var row in await _store.ListRunsAsync(new RunFilter { Limit = 1_000 }, Never))
        {
            var events = string.Join('\n',
                (await _store.ReadAsync(row.RunId, 0, Never)).Select(
                    segment => Encoding.UTF8.GetString(segment.Events.Span)));
            Assert.True(
                row.IsEnded, $"{row.RunId} is {row.Status}, {row.WaitingFor}, {row.Code}: {row.Reason}\n{events}");
            // It may only fail where a call that must not be repeated never reached the world.
            if (row.Status != RunStatus.Completed)
                Assert.Contains("\"outcome_settled\"", events, StringComparison.Ordinal);
        }
        foreach (var key in _ledger.Of("arrived").GroupBy(words => words[1]))
            Assert.True(
                key.First()[2] != "send" || key.Count() == 1,
                $"{key.Key} of {key.First()[3]} {key.First()[4]} arrived {key.Count()} times");
    }

    private int Arrivals(string run, string step) =>
        _ledger.Of("arrived").Count(words => words[3] == run && words[4] == step);
}
