using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos run</c>.</summary>
internal sealed class RunCommand : CliCommand
{
    private readonly RequestOptions _request;
    private readonly Option<bool> _confirm =
        new("--confirm") { Description = "Show what the run is expected to be, and ask before it begins" };
    private readonly Option<bool> _yes =
        new("--yes", "-y") { Description = "Do not ask; with --confirm, show it all the same" };

    private readonly Option<string?> _maxCost = new("--max-cost-cents")
    {
        Description = "Begin only where even the worst case costs no more, in US cents",
        HelpName = "N",
    };

    public RunCommand() : base("run", "Run a goal or a plan and report what came of it")
    {
        Group = CommandGroup.Run;
        Details = "The run is durable: Ctrl-C, a crash or a power cut leaves it where it is, and `aos resume` goes on. "
            + "On a server it goes on there.";
        _request = new RequestOptions().AddTo(this, key: true);
        Add(_confirm);
        Add(_yes);
        Add(_maxCost);
        Examples =
        [
            ("aos run --plan plan.json --input '{\"hook\":\"https://example.com/hook\"}'", "run a plan with an input"),
            ("aos run \"get https://example.com/status\" --json",
                "let the rule planner make the plan, print the report"),
            ("aos run --plan plan.json --confirm --max-cost-cents 20", "look first, and never beyond 20 cents"),
            ("aos run --plan plan.json --idempotency-key order-17", "run it once, however often this is called"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var (request, agent, document) = await _request.ReadAsync(session, cancel).ConfigureAwait(false);
        var target = await session.OpenAsync(agent, cancel).ConfigureAwait(false);
        if (request.Plan is not null) session.Warn(target, agent);
        if (!await MayBeginAsync(session, target, request, document, cancel).ConfigureAwait(false))
        {
            session.Screen.Error.WriteLine("Nothing was run.");
            return ExitCodes.Denied;
        }
        var key = _request.KeyOf(session);
        var submitted = Session.Require(await target.SubmitAsync(request, key, cancel).ConfigureAwait(false), document);
        return await new RunFollower(session, target)
            .WaitAsync(
                submitted.RunId, () => target.FollowAsync(submitted.RunId, cancel), cancel, hasBegun: key is null)
                    .ConfigureAwait(false);
    }

    // A run is stopped where what is held for it is spent; only in soft mode it can cost more.
    private static Money MostOf(Simulation simulation) =>
        simulation.Hold is { } hold && hold < simulation.WorstCost
            && simulation.Risks.All(risk => risk.Code != "SOFT_BUDGET")
            ? hold : simulation.WorstCost;

    private async ValueTask<bool> MayBeginAsync(
        Session session, ITarget target, RunSubmission request, SourceDocument? document, CancellationToken cancel)
    {
        var most = ActingOptions.CentsOf(session.Value(_maxCost), "--max-cost-cents");
        var asks = session.Value(_confirm) && !session.Value(_yes);
        if (most is null && !session.Value(_confirm)) return true;
        if (asks && !session.Screen.CanAsk)
            throw Refusal.Argument(
                "--confirm asks on a terminal, and there is none. Add --yes to begin without being asked.");
        var simulation = Session.Require(await target.SimulateAsync(request, cancel).ConfigureAwait(false), document);
        if (session.Value(_confirm)) SimulationView.Show(session.Screen.OnError(), simulation);
        if (most is { } limit && MostOf(simulation) is var worst && worst > limit)
            throw Refusal.Of(
                ErrorCodes.BudgetExceeded,
                $"At worst the run costs {worst}, and --max-cost-cents allows {limit}. Nothing was run.");
        return !asks || Question.Ask(session.Screen, "Begin this run?");
    }
}
