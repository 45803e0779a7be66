using System.Text;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Simulation.Tests.World;

/// <summary>The people of the simulation: they decide on approvals and find out what became of calls, late, twice, or
/// never.</summary>
internal sealed class People(Simulation simulation)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(400);
    private readonly Dictionary<string, long> _asked = new(StringComparer.Ordinal);

    public void Begin() => simulation.Time.After(LookInterval, Look);

    private void Look()
    {
        foreach (var approval in simulation.State.Approvals.Where(row => row.Status == ApprovalStatus.Open).ToList())
            if (IsDue(approval.Id.ToString())) Consider(approval);
        foreach (var run in simulation.Witness.Runs)
            if (run.State.Ended is null)
                foreach (var step in run.State.Steps)
                    foreach (var call in step.Calls)
                        if (call.Phase == CallPhase.AwaitingSettlement
                            && IsDue($"{run.RunId} {call.Key} {call.Attempts}"))
                            Settle(run.RunId, call.Key, call.IsFallback);
        // Once faults have stopped the world is looked at less and less often, until the longest deadline.
        simulation.Time.After(simulation.IsRecovering ? LookInterval * 5 : LookInterval, Look);
    }

    // Asked again where nothing came of it, as by somebody whose page did not load.
    private bool IsDue(string what)
    {
        if (_asked.TryGetValue(what, out var last) && simulation.Pump.Now - last < TimeSpan.FromSeconds(2).Ticks)
            return false;
        _asked[what] = simulation.Pump.Now;
        return true;
    }

    private void Consider(ApprovalRow row)
    {
        var dice = new Dice(Dice.Hash(simulation.Seed, row.Id.ToString()));
        var mood = dice.Below(100);
        if (mood < 12) return; // Nobody ever decides: it expires.
        var approved = mood < 80;
        var edited = mood is >= 60 and < 80
            ? Edit((RunEvent.ApprovalRequested)AosJson.Read<RunEvent>(row.Request.Span)) : null;
        Decide(row.Id, approved, edited, dice);
        if (simulation.Faults.Strikes(new FaultPlace(FaultKind.AskedTwice, $"{row.Id}"), 200, out _))
            Decide(row.Id, approved, edited, dice);
    }

    private void Decide(ApprovalId id, bool approved, Payload? edited, Dice dice) =>
        simulation.Time.After(TimeSpan.FromMilliseconds(dice.Between(0, 1_500)), () =>
        {
            if (simulation.AnyNode(dice.Next()) is not { } node) return;
            simulation.Witness.Decides(id, approved);
            node.Do(async runtime =>
            {
                var posted = simulation.Witness.PostedCount;
                var outcome = await runtime.DecideAsync(id, approved, "reviewer", null, edited, CancellationToken.None);
                simulation.Heard($"decide {id}", outcome, posted);
            });
        });

    // Whoever is asked goes and looks: what he says is true at that moment.
    private void Settle(RunId run, CallKey call, bool isFallback)
    {
        var dice = new Dice(Dice.Hash(simulation.Seed, $"{run} {call} settle"));
        if (dice.Chance(150)) return;
        var twice =
            simulation.Faults.Strikes(new FaultPlace(FaultKind.AskedTwice, $"{run} {call}"), 200, out _) ? 2 : 1;
        for (var i = 0; i < twice; i++)
            simulation.Time.After(
                TimeSpan.FromMilliseconds(dice.Between(0, 1_500)),
                () => simulation.AnyNode(dice.Next())?.Do(async runtime =>
            {
                var posted = simulation.Witness.PostedCount;
                var happened = simulation.World.Happened(run, call.Step.Value, call.Item, isFallback);
                var outcome = await runtime.SettleAsync(run, call.Step, call.Item, happened,
                    happened ? Payload.FromUtf8("""{"n":7,"items":[]}"""u8.ToArray()) : null, "reviewer", null,
                    CancellationToken.None);
                simulation.Heard($"settle {run} {call} {happened}", outcome, posted);
            }));
    }

    private static Payload Edit(RunEvent.ApprovalRequested request)
    {
        var shown = Encoding.UTF8.GetString(request.Input.Utf8.Span);
        return Payload.FromUtf8(Encoding.UTF8.GetBytes(shown[..^1] + ",\"edited\":true}"));
    }
}
