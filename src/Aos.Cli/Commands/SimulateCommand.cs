using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos simulate</c>.</summary>
internal sealed class SimulateCommand : CliCommand
{
    private readonly RequestOptions _request;

    public SimulateCommand() : base("simulate", "Foresee what a run would cost, take and need, without running it")
    {
        Group = CommandGroup.Run;
        Details = "Exit code 0 where the run is feasible, 4 where something is not allowed, 5 where the budget is too small.";
        _request = new RequestOptions().AddTo(this, key: false);
        Examples = [("aos simulate --plan plan.json --budget-cents 5", "would it stay within five cents?")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var (request, agent, document) = await _request.ReadAsync(session, cancel).ConfigureAwait(false);
        var runtime = await session.OpenWithoutStoreAsync(agent, cancel).ConfigureAwait(false);
        if (request.Plan is not null) session.Warn(runtime, agent);
        var simulation = Session.Require(await runtime.SimulateAsync(request, cancel).ConfigureAwait(false), document);
        if (session.Screen.Json) session.Screen.WriteJson(simulation);
        else SimulationView.Show(session.Screen, simulation);
        return ExitCodes.Of(simulation);
    }
}
