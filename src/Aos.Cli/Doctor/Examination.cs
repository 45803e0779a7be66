using System.Runtime.InteropServices;
using Aos.Abstractions.Storage;
using Aos.Cli.Commands;
using Aos.Cli.Invocation;
using Aos.Contracts.Runs;
using Aos.Storage.Sqlite;

namespace Aos.Cli.Doctor;

/// <summary>Looks at everything that must be right for this program to work.</summary>
internal static class Examination
{
    private const long FreeBytesMin = 100L * 1024 * 1024;

    public static async ValueTask<IReadOnlyList<Finding>> RunAsync(Session session, CancellationToken cancel)
    {
        List<Finding> findings =
        [
            new("program", FindingLevel.Good,
                $"aos {VersionCommand.Number}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}"),
            Skills(session),
            SecretsCheck.Look(session.Data),
        ];
        var folder = ExistingFolder(session.Data);
        findings.Add(Space(folder));
        findings.Add(WriteProbe.Try(folder));
        if (!session.HasStore)
        {
            findings.Add(
                new("data folder", FindingLevel.Good, $"{session.Data} (no store yet: the first run makes it)"));
            return findings;
        }
        try
        {
            var store = await session.OpenStoreAsync(cancel).ConfigureAwait(false);
            findings.Add(new("data folder", FindingLevel.Good, session.Data));
            // Takes the lock of the writer, which a database that cannot be written does not give.
            await store.DiscardAsync([], cancel).ConfigureAwait(false);
            findings.AddRange(await StoreAsync(store, cancel).ConfigureAwait(false));
            findings.Add(await OpenRunsAsync(store, cancel).ConfigureAwait(false));
        }
        catch (Refusal refusal)
        {
            findings.Add(
                new("data folder", FindingLevel.Wrong, refusal.Message,
                    refusal.Outcome.NextActions?.Suggested is [var cure, ..] ? cure : null));
        }
        catch (StoreException error)
        {
            findings.Add(new("store", FindingLevel.Wrong, error.Message));
        }
        return findings;
    }

    private static Finding Skills(Session session)
    {
        try
        {
            return new("skills", FindingLevel.Good,
                string.Join(", ", session.Skills.Contracts.Select(contract => $"{contract.Name}@{contract.Version}")));
        }
        catch (Refusal refusal)
        {
            return new(
                "skills", FindingLevel.Wrong, refusal.Message,
                refusal.Outcome.NextActions?.Suggested is [var cure, ..] ? cure : null);
        }
    }

    /// <summary>The folder, or the nearest one above it that is there.</summary>
    private static string ExistingFolder(string folder)
    {
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent) folder = parent;
        return folder;
    }

    private static Finding Space(string folder)
    {
        try
        {
            var free = new DriveInfo(folder).AvailableFreeSpace;
            return free >= FreeBytesMin
                ? new("disk", FindingLevel.Good, $"{free / (1024 * 1024):N0} MiB free")
                : new("disk", FindingLevel.Notable, $"only {free / (1024 * 1024):N0} MiB free",
                    "Free some space: a run whose journal cannot be written stops.");
        }
        catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return new("disk", FindingLevel.Notable, $"free space is not known: {error.Message}");
        }
    }

    private static async ValueTask<IReadOnlyList<Finding>> StoreAsync(SqliteStore store, CancellationToken cancel)
    {
        var faults = await store.CheckAsync(cancel).ConfigureAwait(false);
        return faults.Count == 0
            ? [new Finding(
                "store", FindingLevel.Good, "sound: the database and every hash chain were read, the audit log's too")]
            : [.. faults.Select(fault => new Finding("store", FindingLevel.Wrong, fault,
                "History was changed or damaged. Keep a copy of the data folder, then restore a backup."))];
    }

    private static async ValueTask<Finding> OpenRunsAsync(SqliteStore store, CancellationToken cancel)
    {
        var filter =
            new RunFilter { Statuses = [RunStatus.Running, RunStatus.Waiting, RunStatus.Quarantined], Limit = 1_000 };
        var open = await store.ListRunsAsync(filter, cancel).ConfigureAwait(false);
        var running = open.Count(row => row.Status == RunStatus.Running);
        var quarantined = open.Count(row => row.Status == RunStatus.Quarantined);
        var message = $"{running} running, {open.Count - running - quarantined} waiting";
        return quarantined > 0
            ? new("open runs", FindingLevel.Notable, $"{message}, {quarantined} quarantined",
                "`aos runs --status quarantined` says why; after a mend, `aos release` lets a run go on.")
            : new("open runs", FindingLevel.Good, message,
                running > 0 ? "A run whose process is gone goes on with `aos resume`." : null);
    }
}
