using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Runtime;
using Aos.Storage.Sqlite;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>The process that is recorded and made to fail: this very program, started again with <c>--crash-host</c> behind
/// the library that watches its disk.</summary>
internal static class CrashHost
{
    /// <summary>The first argument of such a process.</summary>
    public const string Argument = "--crash-host";

    private static CancellationToken Never => CancellationToken.None;

    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case [Argument, "record", var root]:
                await RecordAsync(root);
                return 0;
            case [Argument, "fail", var root, var error, var span, var stride]:
                DiskShim.Attach();
                await FailAtCallsAsync(root, int.Parse(error, CultureInfo.InvariantCulture), Enum.Parse<FaultSpan>(span),
                    int.Parse(stride, CultureInfo.InvariantCulture));
                return 0;
            default:
                await Console.Error.WriteLineAsync($"{Argument} record ROOT | {Argument} fail ROOT ERRNO SPAN STRIDE");
                return 2;
        }
    }

    /// <summary>A small life of a store: runs side by side, one that asks, one with a large value, a finished run packed and
    /// pruned, a store that is closed and opened again, and a log that is moved into the database on the way.</summary>
    private static async Task RecordAsync(string root)
    {
        using var ledger = new Ledger(Path.Combine(root, "said"));
        for (var life = 1; life <= 2; life++)
        {
            await using var store = await OpenAsync(Path.Combine(root, "data"), checkpointPages: 24);
            await using var runtime = CrashWorld.Runtime(new WitnessedStore(store, ledger), ledger);
            await Task.WhenAll(Run(runtime, ledger, CrashWorld.Mixed($"mixed {life}")),
                Run(runtime, ledger, CrashWorld.Large($"large {life}")), Run(runtime, ledger, CrashWorld.Mixed($"other {life}")));
            await AskAsync(runtime, store, ledger, $"asking {life}");
            await store.CompactAsync(2, Never);
            await PruneAsync(store, ledger, keep: 2);
        }
    }

    private static async Task PruneAsync(SqliteStore store, Ledger ledger, int keep)
    {
        var doomed = (await store.ListRunsAsync(new RunFilter(), Never)).Skip(keep).Select(row => row.RunId.Value).ToList();
        foreach (var run in doomed) ledger.Note("pruning", run);
        await store.PruneAsync(new PruneRequest { EndedBefore = DateTimeOffset.MaxValue, Keep = keep, Limit = 100 }, Never);
        foreach (var run in doomed) ledger.Note("pruned", run);
        await store.SweepBlobsAsync(Never);
    }

    private static async Task AskAsync(AosRuntime runtime, IStore store, Ledger ledger, string name)
    {
        var waiting = await runtime.RunAsync(CrashWorld.Asking(name), Never);
        foreach (var request in await store.ListApprovalsAsync(openOnly: true, Never))
            await runtime.DecideAsync(request.Id, approved: true, "person", null, null, Never);
        var answer = await runtime.WaitAsync(waiting.Value!.RunId, Never);
        // The decision is taken up soon after; until then it still waits.
        while (answer.Value?.Status == RunStatus.Waiting) answer = await runtime.WaitAsync(waiting.Value.RunId, Never);
        Claim(ledger, answer);
    }

    /// <summary>The same run again and again, each in a store of its own, with another call that fails, until none did.</summary>
    private static async Task FailAtCallsAsync(string root, int error, FaultSpan span, int stride)
    {
        for (var at = 1; ; at += stride)
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, $"{at}")).FullName;
            using var ledger = new Ledger(Path.Combine(folder, "said"));
            DiskShim.Fail(at, error, span);
            await FailAsync(Path.Combine(folder, "data"), ledger);
            var calls = DiskShim.Calls();
            DiskShim.Fail(0, 0, FaultSpan.Once);
            ledger.Note("calls", $"{calls}");
            if (calls < at) return;
        }
    }

    private static async Task FailAsync(string data, Ledger ledger)
    {
        try
        {
            await using var store = await OpenAsync(data, checkpointPages: 24);
            await using var runtime = CrashWorld.Runtime(new WitnessedStore(store, ledger), ledger);
            await Run(runtime, ledger, CrashWorld.Mixed("mixed"));
            // After a commit of which nobody knows what became, nothing is begun any more.
            await Run(runtime, ledger, CrashWorld.Large("large"));
        }
        catch (StoreException failure)
        {
            ledger.Note("refused", failure.Code.Value, failure.Message);
        }
    }

    private static async Task Run(AosRuntime runtime, Ledger ledger, Runtime.Runs.RunRequest request) =>
        Claim(ledger, await runtime.RunAsync(request, Never));

    private static void Claim(Ledger ledger, Answer<RunReport> answer)
    {
        if (answer.Value is { } report) ledger.Note("reported", report.RunId.Value, $"{report.Status}");
        else ledger.Note("refused", answer.Outcome.Code.Value, $"{answer.Outcome.Message}");
    }

    private static ValueTask<SqliteStore> OpenAsync(string directory, int checkpointPages) => SqliteStore.OpenAsync(
        new SqliteStoreOptions { Directory = directory, CheckpointPages = checkpointPages }, TimeProvider.System, Never);
}
