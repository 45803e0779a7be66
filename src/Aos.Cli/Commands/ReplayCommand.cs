using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;

namespace Aos.Cli.Commands;

/// <summary><c>aos replay</c>.</summary>
internal sealed class ReplayCommand : CliCommand
{
    private readonly Argument<string> _run =
        new("run") { Description = "The run, or a file that `aos export` wrote", HelpName = "RUN|FILE" };

    private readonly Option<string> _mode = new("--mode")
    {
        Description = "verify: feed the recorded facts to today's kernel and compare every decision (default); "
            + "dry: compare with what a simulation of its plan foresees; live: run its plan once more, for real, "
            + "and compare",
        HelpName = "MODE",
        DefaultValueFactory = _ => "verify",
    };

    public ReplayCommand() : base("replay", "Replay a run and compare it, event by event")
    {
        Group = CommandGroup.Look;
        Details = "verify and dry touch nothing outside; a file needs no store. live calls every skill of the plan "
            + "again, also those that cannot be taken back, as a new run with a budget of its own. Exit code 0 at "
            + "parity, 1 where something differs.";
        Add(_run);
        Add(_mode);
        _mode.CompletionSources.Add([.. Aos.Runtime.AosRuntime.ReplayModes]);
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var (text, mode) = (session.Value(_run) ?? "", session.Value(_mode) ?? "verify");
        var report = Session.Require(RunId.TryParse(text, out var id)
            ? await (await session.OpenForAsync(id, cancel, begins: mode == "live").ConfigureAwait(false))
                .ReplayAsync(id, mode, cancel).ConfigureAwait(false)
            : await ReplayFileAsync(session, text, mode, cancel).ConfigureAwait(false));
        if (session.Screen.Json) session.Screen.WriteJson(report);
        else ReplayView.Show(session.Screen, report);
        return ExitCodes.Of(report);
    }

    private static async ValueTask<Answer<ReplayReport>> ReplayFileAsync(
        Session session, string path, string mode, CancellationToken cancel)
    {
        if (mode != "verify") throw Refusal.Argument($"A file can be replayed in mode 'verify', not '{mode}'.");
        if (!File.Exists(path)) throw Refusal.Argument($"'{path}' is neither a run ({RunId.Rule}) nor a file.");
        byte[] file;
        try
        {
            file = await File.ReadAllBytesAsync(path, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(ErrorCodes.StorageUnavailable, $"'{path}' cannot be read: {error.Message}");
        }

        return await AosRuntime.VerifyExportAsync(file, session.Time, cancel).ConfigureAwait(false);
    }
}
