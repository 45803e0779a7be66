using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos prune</c>.</summary>
internal sealed class PruneCommand : CliCommand
{
    private readonly Option<string> _olderThan = new("--older-than")
    {
        Description = "Only runs that ended longer ago than this: 12h, 30d, 8w",
        HelpName = "SPAN",
        Required = true,
    };

    private readonly Option<string[]> _status = new("--status")
    {
        Description =
            "Only runs of this status: completed, failed, cancelled; several with commas (default: all of them)",
        HelpName = "STATUS",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string?> _keep =
        new("--keep") { Description = "So many of the newest of them stay, however old", HelpName = "N" };
    private readonly Option<bool> _dryRun =
        new("--dry-run") { Description = "Say what would be removed, and remove nothing" };
    private readonly Option<bool> _shrink =
        new("--shrink") { Description = "Then write the database anew, so that its file becomes shorter" };

    public PruneCommand() : base("prune", "Remove runs that ended long ago")
    {
        Reach = CommandReach.Machine;
        Instead = "It removes runs from the files of a store: run it where the store is.";
        Group = CommandGroup.Keep;
        Details = "Removes journal, row, approval requests, and every blob that no other run names. Never an open "
            + "run. An idempotency key is forgotten with its run: asked again, it runs again. Without --shrink the "
            + "room is used for new runs, and the file keeps its length.";
        foreach (var option in (Option[])[_olderThan, _status, _keep, _dryRun, _shrink]) Add(option);
        _status.CompletionSources.Add("completed", "failed", "cancelled");
        Examples =
        [
            ("aos prune --older-than 30d --dry-run", "how much would that be?"),
            ("aos prune --older-than 90d --status failed,cancelled --keep 100", "keep the last hundred failures"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var age = Spans.Parse(session.Value(_olderThan), "--older-than");
        session.RequireStore();
        var request = new PruneRequest
        {
            EndedBefore = session.Time.GetUtcNow() - age,
            Statuses = [
                .. (session.Value(_status) ?? []).SelectMany(text => text.Split(','))
                    .Select(text => Statuses.Parse(text, Statuses.Ended))],
            Keep = Numbers.Index(session.Value(_keep), "--keep") ?? 0,
            DryRun = session.Value(_dryRun),
        };
        var (pruned, swept) = await PruneAsync(session, request, cancel).ConfigureAwait(false);
        var shrunk = 0L;
        if (session.Value(_shrink) && !request.DryRun)
        {
            var store = await session.OpenStoreAsync(cancel).ConfigureAwait(false);
            shrunk = await session.ReadAsync(_ => store.ShrinkAsync(cancel), cancel).ConfigureAwait(false);
        }

        Show(session.Screen, request.DryRun, pruned, swept, session.Value(_shrink) ? shrunk : null);
        return ExitCodes.Ok;
    }

    // In small transactions, so that runs which go on meanwhile are not held up. What was removed before an
    // interruption stays removed, and blobs are swept by the next call.
    private static Task<(PruneResult, SweepResult)> PruneAsync(
        Session session, PruneRequest request, CancellationToken cancel) =>
        session.ReadAsync(async store =>
        {
            var total = new PruneResult(0, 0, 0);
            PruneResult some;
            do
            {
                some = await store.PruneAsync(request, cancel).ConfigureAwait(false);
                total = new PruneResult(total.Runs + some.Runs, total.Events + some.Events, total.Bytes + some.Bytes);
            }
            while (!request.DryRun && some.Runs == request.Limit);
            return (total, request.DryRun
                ? new SweepResult(0, 0) : await store.SweepBlobsAsync(cancel).ConfigureAwait(false));
        }, cancel).AsTask();

    private static void Show(Screen screen, bool dryRun, PruneResult pruned, SweepResult swept, long? shrunk)
    {
        if (screen.Json)
        {
            screen.WriteJson(ListText.Object(writer =>
            {
                writer.WriteBoolean("dry_run", dryRun);
                writer.WriteNumber("runs", pruned.Runs);
                writer.WriteNumber("events", pruned.Events);
                writer.WriteNumber("journal_bytes", pruned.Bytes);
                if (dryRun) return;
                writer.WriteNumber("blobs", swept.Blobs);
                writer.WriteNumber("blob_bytes", swept.Bytes);
                if (shrunk is { } bytes) writer.WriteNumber("file_shrunk_bytes", bytes);
            }));
            return;
        }

        screen.Out.WriteLine(
            $"{(dryRun ? "Would remove" : "Removed")} {Words.Count(pruned.Runs, "run")} with {pruned.Events:N0} events"
            + $" ({pruned.Bytes:N0} bytes of journal){(dryRun ? "; blobs that only they name go with them" : "")}.");
        if (!dryRun)
            screen.Out.WriteLine(
                $"Removed {Words.Count(swept.Blobs, "blob")} that no run names any more ({swept.Bytes:N0} bytes).");
        if (shrunk is { } less) screen.Out.WriteLine($"The file is {less:N0} bytes shorter.");
    }
}
