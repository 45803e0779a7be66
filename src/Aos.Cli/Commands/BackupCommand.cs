using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Storage.Sqlite.Backups;

namespace Aos.Cli.Commands;

/// <summary><c>aos backup</c>.</summary>
internal sealed class BackupCommand : CliCommand
{
    private readonly Argument<string> _file = new("file") { Description = "The backup to write", HelpName = "FILE" };
    private readonly Option<bool> _force = new("--force") { Description = "Replace a file that is there" };

    public BackupCommand() : base("backup", "Copy the store to one file while runs go on")
    {
        Reach = CommandReach.Machine;
        Instead = "It copies the files of a store: run it where the store is. A store on PostgreSQL is backed up by "
            + "its own tools.";
        Group = CommandGroup.Keep;
        Details = "The copy is the store at one moment. It is read whole, every hash chain followed, before it gets "
            + "its name: a file of that name is complete. It holds what runs saw; it is readable by its owner only.";
        Add(_file);
        Add(_force);
        Examples = [("aos backup aos-monday.db", "and `aos restore` puts it back")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        if (session.Value(_file) is not { Length: > 0 } file) throw Refusal.Argument("Name the file to write.");
        BackupReport report;
        try
        {
            report =
                await SqliteBackup.CreateAsync(session.Data, file, session.Value(_force), cancel).ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            throw Refusal.Of(error.Code, error.Message);
        }

        if (session.Screen.Json)
            session.Screen.WriteJson(ListText.Object(writer =>
            {
                writer.WriteString("file", report.Path);
                writer.WriteNumber("bytes", report.Bytes);
                writer.WriteNumber("runs", report.Runs);
                writer.WriteNumber("open_runs", report.OpenRuns);
            }));
        else
            session.Screen.Out.WriteLine(
                $"Wrote {report.Path}: {Words.Count(report.Runs, "run")} ({report.OpenRuns} open), "
                + $"{report.Bytes:N0} bytes, read again and sound.");
        return ExitCodes.Ok;
    }
}
