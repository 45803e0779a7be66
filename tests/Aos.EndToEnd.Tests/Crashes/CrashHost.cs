using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Runtime;
using Aos.Runtime.Webhooks;
using Aos.Server.Hosting;
using Aos.Server.Settings;
using Aos.Storage.Sqlite;
using Aos.Storage.Sqlite.Backups;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>The process that is recorded and made to fail: this very program, started again with <c>--crash-host</c>
/// behind the library that watches its disk.</summary>
internal static class CrashHost
{
    /// <summary>The first argument of such a process.</summary>
    public const string Argument = "--crash-host";

    private static CancellationToken Never => CancellationToken.None;

    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case [Argument, "live", var root]:
                await LiveAsync(root);
                return 0;
            case [Argument, "resume", var root]:
                await ResumeAsync(root);
                return 0;
            case [Argument, "restore", var root]:
                await RestoreAsync(root);
                return 0;
            case [Argument, "backup", var root]:
                await SqliteBackup.CreateAsync(
                    Path.Combine(root, "data"), Path.Combine(root, "backup.db"), replace: true, Never);
                return 0;
            case [Argument, "serve", var root]:
                await ServeAsync(root);
                return 0;
            case [Argument, "fail", var root, var error, var span, var stride]:
                await FailAtCallsAsync(root, Number(error), Enum.Parse<FaultSpan>(span), Number(stride), template: null,
                    (folder, ledger) => FailAsync(Path.Combine(folder, "data"), ledger));
                return 0;
            case [Argument, "fail-restore", var root, var error, var span, var template]:
                await FailAtCallsAsync(
                    root, Number(error), Enum.Parse<FaultSpan>(span), stride: 1, template,
                    (folder, _) => RestoreAsync(folder));
                return 0;
            default:
                await Console.Error.WriteLineAsync($"{Argument} what? {string.Join(' ', arguments)}");
                return 2;
        }
    }

    /// <summary>A server that sends webhooks in a hurry, and soon takes a process that died for dead.</summary>
    private static async Task ServeAsync(string root)
    {
        await using var server = await RunningServer.StartAsync(new ServerSettings
        {
            Data = root,
            Listen = [new Uri("http://127.0.0.1:0")],
            RatePerSecond = 0,
            AdoptSeconds = 1,
            WebhookNetwork = ["127.0.0.1"],
            Webhooks = new WebhookOptions
            {
                Retry = new RetryRule { MaxAttempts = 3, InitialMs = 1, MaxMs = 1 },
                Interval = TimeSpan.FromMilliseconds(5),
                ScanInterval = TimeSpan.FromMilliseconds(100),
                Timeout = TimeSpan.FromSeconds(1),
                ClaimMargin = TimeSpan.FromMilliseconds(100),
            },
        }, TimeProvider.System, Never);
        await Console.Error.WriteLineAsync($"listening on {server.Addresses[0]} .");
        await server.WaitAsync(Never);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A small life of a store: runs side by side, one that asks, one with a large value, a finished run
    /// packed and pruned, a store that is closed and opened again, and a log that is moved into the database on the
    /// way.</summary>
    private static async Task LiveAsync(string root)
    {
        using var ledger = new Ledger(Path.Combine(root, "said"));
        for (var life = 1; life <= 2; life++)
        {
            await using var store = await OpenAsync(Path.Combine(root, "data"), checkpointPages: 24);
            await using var runtime = CrashWorld.Runtime(new WitnessedStore(store, ledger), ledger);
            await Task.WhenAll(Run(runtime, ledger, CrashWorld.Mixed($"mixed {life}")),
                Run(runtime, ledger, CrashWorld.Large($"large {life}")),
                Run(runtime, ledger, CrashWorld.Mixed($"other {life}")));
            await AskAsync(runtime, store, ledger, $"asking {life}");
            await store.CompactAsync(2, Never);
            await PruneAsync(store, ledger, keep: 2);
        }
    }

    private static async Task PruneAsync(SqliteStore store, Ledger ledger, int keep)
    {
        var doomed =
            (await store.ListRunsAsync(new RunFilter(), Never)).Skip(keep).Select(row => row.RunId.Value).ToList();
        foreach (var run in doomed) ledger.Note("pruning", run);
        await store.PruneAsync(
            new PruneRequest { EndedBefore = DateTimeOffset.MaxValue, Keep = keep, Limit = 100 }, Never);
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

    /// <summary>Goes on with what another process left.</summary>
    private static async Task ResumeAsync(string root)
    {
        using var ledger = new Ledger(Path.Combine(root, "said"));
        await using var store = await OpenAsync(Path.Combine(root, "data"), checkpointPages: 24);
        await using var runtime = CrashWorld.Runtime(new WitnessedStore(store, ledger), ledger);
        await runtime.ResumeAsync(null, Never);
    }

    private static async Task RestoreAsync(string root) =>
        await SqliteBackup.RestoreAsync(Path.Combine(root, "backup.db"),
        new SqliteStoreOptions { Directory = Path.Combine(root, "data") }, replace: true, TimeProvider.System, Never);

    /// <summary>The same again and again, each time in a folder of its own, with another call that fails, until none
    /// did.</summary>
    private static async Task FailAtCallsAsync(
        string root, int error, FaultSpan span, int stride, string? template, Func<string, Ledger, Task> act)
    {
        DiskShim.Attach();
        for (var at = 1; ; at += stride)
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, $"{at}")).FullName;
            if (template is not null) Folders.Copy(template, folder);
            using var ledger = new Ledger(Path.Combine(folder, "said"));
            DiskShim.Fail(at, error, span);
            try
            {
                await act(folder, ledger);
            }
            catch (StoreException failure)
            {
                ledger.Note("refused", failure.Code.Value, failure.Message);
            }
            var calls = DiskShim.Calls();
            DiskShim.Fail(0, 0, FaultSpan.Once);
            if (calls < at) return;
        }
    }

    private static async Task FailAsync(string data, Ledger ledger)
    {
        await using var store = await OpenAsync(data, checkpointPages: 24);
        await using var runtime = CrashWorld.Runtime(new WitnessedStore(store, ledger), ledger);
        await Run(runtime, ledger, CrashWorld.Mixed("mixed"));
        // After a commit of which nobody knows what became, nothing is begun any more.
        await Run(runtime, ledger, CrashWorld.Large("large"));
    }

    private static async Task Run(AosRuntime runtime, Ledger ledger, Runtime.Runs.RunRequest request) =>
        Claim(ledger, await runtime.RunAsync(request, Never));

    private static void Claim(Ledger ledger, Answer<RunReport> answer)
    {
        if (answer.Value is { } report) ledger.Note("reported", report.RunId.Value, $"{report.Status}");
        else ledger.Note("refused", answer.Outcome.Code.Value, $"{answer.Outcome.Message}");
    }

    private static ValueTask<SqliteStore> OpenAsync(string directory, int checkpointPages) => SqliteStore.OpenAsync(
        new SqliteStoreOptions { Directory = directory, CheckpointPages = checkpointPages },
        TimeProvider.System, Never);
}
