using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Values;
using Aos.Storage.Sqlite.Backups;

namespace Aos.Cli.Commands;

/// <summary><c>aos export</c>.</summary>
internal sealed class ExportCommand : CliCommand
{
    private readonly Argument<string> _run = new("run") { Description = "The run", HelpName = "RUN" };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The file to write (default: RUN.aosrun)",
        HelpName = "FILE",
    };

    private readonly Option<bool> _force = new("--force") { Description = "Replace a file that is there" };

    public ExportCommand() : base("export", "Write a run to one file that can be verified anywhere")
    {
        Group = CommandGroup.Keep;
        Details = "The file holds the journal with its hash chain, everything that it names, and the contracts of "
            + "its skills. `aos replay FILE` verifies it without a store, a network or keys; any changed byte is "
            + "found. It holds what the run saw; secrets are never in it.";
        Add(_run);
        Add(_output);
        Add(_force);
        Examples = [("aos export run_0123456789 -o incident.aosrun", "then, elsewhere: aos replay incident.aosrun")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var id = Session.Parse<RunId>(session.Value(_run), "Run");
        var path = session.Value(_output) ?? $"{id}.aosrun";
        if (path.Length == 0) throw Refusal.Argument("--output needs the name of a file; an empty text is none.");
        var target = await session.OpenAsync(null, cancel).ConfigureAwait(false);
        var run = Session.Require(await target.ExportAsync(id, cancel).ConfigureAwait(false));
        try
        {
            await NewFile.WriteAsync(path, session.Value(_force), async draft =>
            {
                await File.WriteAllBytesAsync(draft, run.File, cancel).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            throw Refusal.Of(error.Code, error.Message);
        }

        var head = Convert.ToHexStringLower(run.Head.Span);
        if (session.Screen.Json)
            session.Screen.WriteJson(ListText.Object(writer =>
            {
                writer.WriteString("run_id", id.Value);
                writer.WriteString("file", Path.GetFullPath(path));
                writer.WriteNumber("bytes", run.File.Length);
                writer.WriteNumber("events", run.Events);
                writer.WriteNumber("blobs", run.Blobs);
                writer.WriteString("head", head);
            }));
        else
            session.Screen.Out.WriteLine($"Wrote {path}: {run.Events:N0} events, {Words.Count(run.Blobs, "blob")}, "
                + $"{run.File.Length:N0} bytes, head {head[..16]}…");
        return ExitCodes.Ok;
    }
}
