using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Agents;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Runs;

namespace Aos.Cli.Demo;

/// <summary><c>aos demo btc</c>: the loop from goal to replay, on endpoints of its own.</summary>
internal sealed class BtcDemo(Session session, bool live)
{
    private const string Goal = "fetch today's Bitcoin price and notify the team";
    private const string LiveUrl = "https://api.coinbase.com/v2/prices/BTC-USD/spot";

    /// <summary>Well beyond the step's 1.5 seconds, so that the first request times out on any machine.</summary>
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);

    private readonly Story _story = new(session);

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        if (!session.HasData) session.UseData(Directory.CreateTempSubdirectory("aos-demo-").FullName);
        var profile = DemoFiles.WriteTo(Path.Combine(session.Data, "demo_btc"));
        var agent = await Agent.ReadAsync(profile, cancel).ConfigureAwait(false);
        await session.OpenAsync(agent, cancel).ConfigureAwait(false);
        var runtime = session.Runtime;
        var server = DemoServer.Start(session.Time, FirstDelay);
        await using (server.ConfigureAwait(false))
        {
            var request = new RunRequest { Goal = Goal, Input = InputOf(server), Profile = agent.Profile };
            return session.Screen.Json
                ? await QuietlyAsync(runtime, request, cancel).ConfigureAwait(false)
                : await AloudAsync(runtime, request, agent.Profile, server, cancel).ConfigureAwait(false);
        }
    }

    private Payload InputOf(DemoServer server) => Payload.FromUtf8(ListText.Object(writer =>
    {
        writer.WriteString("price_url", live ? LiveUrl : server.PriceUrl);
        writer.WriteString("notify_url", server.NotifyUrl);
    }));

    private async Task<int> QuietlyAsync(AosRuntime runtime, RunRequest request, CancellationToken cancel)
    {
        var report = Session.Require(await runtime.RunAsync(request, cancel).ConfigureAwait(false));
        session.Screen.WriteJson(report);
        return ExitCodes.Of(report);
    }

    private async Task<int> AloudAsync(
        AosRuntime runtime, RunRequest request, AgentProfile profile, DemoServer server, CancellationToken cancel)
    {
        _story.Begin(Goal, live);
        _story.ShowPlan(Session.Require(await runtime.PlanAsync(request, cancel).ConfigureAwait(false)));
        _story.ShowContract(Session.Require(runtime.GetResourceContract(profile, budget: null)));
        _story.ShowSimulation(Session.Require(await runtime.SimulateAsync(request, cancel).ConfigureAwait(false)));

        var submitted = Session.Require(await runtime.SubmitAsync(request, cancel).ConfigureAwait(false));
        var events = await FollowAsync(runtime, submitted.RunId, cancel).ConfigureAwait(false);
        var report = Session.Require(await runtime.WaitAsync(submitted.RunId, cancel).ConfigureAwait(false));
        _story.ShowReceived(live ? null : server.PriceRequests, server.Messages);
        _story.BeginOutcome();
        await RunView.ShowAsync(session, session.Target, report, cancel).ConfigureAwait(false);
        if (report.Status != RunStatus.Completed) return _story.EndBadly(live, report);

        _story.ShowTrace(events, session.Time.GetUtcNow());
        var replay = Session.Require(await runtime.ReplayAsync(report.RunId, "verify", cancel).ConfigureAwait(false));
        _story.ShowReplay(replay);
        _story.ShowNext(report.RunId);
        return ExitCodes.Of(replay);
    }

    private async Task<IReadOnlyList<RunEvent>> FollowAsync(AosRuntime runtime, RunId id, CancellationToken cancel)
    {
        _story.BeginRun();
        var events = new List<RunEvent>();
        await foreach (var line in runtime.TraceAsync(id, follow: true, cancel).ConfigureAwait(false))
        {
            events.Add(line.Event);
            _story.ShowEvent(line.Event);
        }
        return events;
    }
}
