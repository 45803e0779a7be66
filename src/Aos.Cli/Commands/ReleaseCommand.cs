using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos release</c>.</summary>
internal sealed class ReleaseCommand : CliCommand
{
    private readonly Argument<string?> _run = new("run")
    {
        Description = "The run",
        HelpName = "RUN",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _held =
        new("--held") { Description = "Every run that is held since the store was restored" };

    public ReleaseCommand() : base("release", "Let a quarantined run go on, after what was wrong with it is mended")
    {
        Group = CommandGroup.Run;
        Details = "A run is quarantined when three processes in a row died over it, or when its journal cannot be "
            + "read. It is held when the store was restored from a backup: look first what it may have done since. "
            + "`aos runs` says why. Approval requests of a held run are made anew. Under --json: with RUN its "
            + "report, with --held a list.";
        Add(_run);
        Add(_held);
        Examples =
        [
            ("aos release run_0123456789", "try it again, as if it had never crashed"),
            ("aos release --held", "after a restore and a review: go on with all of them"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var held = session.Value(_held);
        if (session.Value(_run) is { } text && !held)
        {
            var id = Session.Parse<RunId>(text, "Run");
            var target = await session.OpenAsync(null, cancel).ConfigureAwait(false);
            return await new RunFollower(session, target)
                .WaitAsync(id, () => target.ReleaseAsync(id, cancel), cancel).ConfigureAwait(false);
        }

        return held && session.Value(_run) is null
            ? await ReleaseHeldAsync(session, cancel).ConfigureAwait(false)
            : throw Refusal.Argument("Name one run, or give --held for all that are held since a restore.");
    }

    private static async Task<int> ReleaseHeldAsync(Session session, CancellationToken cancel)
    {
        session.RequireStore();
        var target = await session.OpenAsync(null, cancel).ConfigureAwait(false);
        // Oldest first.
        var quarantined = await target.AllRunsAsync([RunStatus.Quarantined], cancel).ConfigureAwait(false);
        var held = quarantined.Where(run => run.Code == ErrorCodes.RunHeld).Select(run => run.RunId).Reverse().ToList();
        var answers =
            await Task.WhenAll(held.Select(id => target.ReleaseAsync(id, cancel).AsTask())).ConfigureAwait(false);
        return await ReportsView.ShowAsync(session, target, answers, "No run is held.", cancel).ConfigureAwait(false);
    }
}
