using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Storage.Sqlite;
using Aos.Storage.Sqlite.Backups;

namespace Aos.Cli.Commands;

/// <summary><c>aos restore</c>.</summary>
internal sealed class RestoreCommand : CliCommand
{
    private readonly Argument<string> _file = new("file") { Description = "The backup", HelpName = "FILE" };
    private readonly Option<bool> _force = new("--force") { Description = "Move a store that is there aside" };

    public RestoreCommand() : base("restore", "Make a backup the store, and hold its open runs")
    {
        Reach = CommandReach.Machine;
        Instead = "It replaces the files of a store: run it where the store is, while no server runs on it.";
        Group = CommandGroup.Keep;
        Details = "After a restore the world is ahead of the journal. So no open run goes on by itself: each is "
            + "held, and every open approval request is void. Look at what is listed, then `aos release`. The backup "
            + "is checked before anything changes.";
        Add(_file);
        Add(_force);
        Examples = [("aos restore aos-monday.db --data ~/aos", "then: aos release RUN, or aos release --held")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        if (session.Value(_file) is not { Length: > 0 } file) throw Refusal.Argument("Name the backup.");
        RestoreReport report;
        try
        {
            report = await SqliteBackup.RestoreAsync(file, new SqliteStoreOptions { Directory = session.Data },
                session.Value(_force), session.Time, cancel).ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            throw Refusal.Of(error.Code, error.Message);
        }

        await session.OpenAsync(null, cancel).ConfigureAwait(false);
        var held = Session.Require(await session.Runtime.ReviewHeldAsync(cancel).ConfigureAwait(false));
        if (session.Screen.Json) session.Screen.WriteJson(RestoreView.Json(report, held));
        else RestoreView.Show(session, report, held);
        return ExitCodes.Ok;
    }
}
