using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
using Aos.Contracts.Api;
using Aos.Contracts.Runs;

namespace Aos.Cli.Commands;

/// <summary><c>aos simulate</c>.</summary>
internal sealed class SimulateCommand : CliCommand
{
    private readonly RequestOptions _request;

    private readonly Option<string[]> _compare = new("--compare")
    {
        Description = "Another plan for the same, foreseen beside the first; may be given several times",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _budgets = new("--budget")
    {
        Description = "What if the run had this budget, in US cents; may be given several times. The profile's own "
            + "is left out of it",
        HelpName = "CENTS",
    };

    public SimulateCommand() : base("simulate", "Foresee what a run would cost, take and need, without running it")
    {
        Group = CommandGroup.Run;
        Details =
            "Exit code 0 where the run is feasible, 4 where something is not allowed, 5 where the budget is too small.";
        _request = new RequestOptions().AddTo(this, key: false);
        Add(_compare);
        Add(_budgets);
        Examples =
        [
            ("aos simulate --plan plan.json --budget-cents 5", "would it stay within five cents?"),
            ("aos simulate --plan a.json --compare b.json", "which of two plans?"),
            ("aos simulate --plan plan.json --budget 5 --budget 20", "what would five cents do, and what twenty?"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var (request, agent, document) = await _request.ReadAsync(session, cancel).ConfigureAwait(false);
        var target = await session.OpenWithoutStoreAsync(agent, cancel).ConfigureAwait(false);
        if (request.Plan is not null) session.Warn(target, agent);
        if (session.Value(_budgets) is { Length: > 0 } budgets)
            return await TryBudgetsAsync(session, target, request, document, budgets, cancel).ConfigureAwait(false);
        var simulation = Session.Require(await target.SimulateAsync(request, cancel).ConfigureAwait(false), document);
        if (session.Value(_compare) is { Length: > 0 } others)
            return await CompareAsync(
                session, target, request, agent, (document?.Name ?? "goal", simulation), others, cancel)
                    .ConfigureAwait(false);
        if (session.Screen.Json) session.Screen.WriteJson(simulation);
        else SimulationView.Show(session.Screen, simulation);
        return ExitCodes.Of(simulation);
    }

    /// <summary>Foresees the run under each budget.</summary>
    /// <returns>The exit code of the first.</returns>
    private async ValueTask<int> TryBudgetsAsync(
        Session session, ITarget target, RunSubmission request, SourceDocument? document,
        IEnumerable<string> budgets, CancellationToken cancel)
    {
        if (session.Value(_compare) is { Length: > 0 })
            throw Refusal.Argument(
                "--budget and --compare were both given. Compare plans under one budget with --budget-cents.");
        if (request.Budget is not null)
            throw Refusal.Argument("--budget and --budget-cents were both given. --budget says all of it.");
        var amounts = budgets.Select(text => ActingOptions.CentsOf(text, "--budget")!.Value).ToList();
        var trials = Session.Require(
            await target.SimulateBudgetsAsync(request, amounts, cancel).ConfigureAwait(false), document);
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(trials));
        else SimulationView.ShowBudgets(session.Screen, trials);
        return ExitCodes.Of(trials[0].Simulation);
    }

    /// <summary>Foresees the other plans under the same input, agent and budget.</summary>
    /// <returns>The exit code of the first plan.</returns>
    private static async Task<int> CompareAsync(Session session, ITarget target, RunSubmission request, Agent agent,
        (string Name, Simulation Simulation) first, IEnumerable<string> others, CancellationToken cancel)
    {
        var all = new List<(string Name, Simulation Simulation)> { first };
        foreach (var path in others)
        {
            var (plan, document) = await Documents.PlanAsync(path, agent, session, cancel).ConfigureAwait(false);
            var simulated =
                await target.SimulateAsync(request with { Plan = plan, Goal = null }, cancel).ConfigureAwait(false);
            all.Add((document.Name, Session.Require(simulated, document)));
        }
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(all));
        else SimulationView.Compare(session.Screen, all);
        return ExitCodes.Of(first.Simulation);
    }
}
