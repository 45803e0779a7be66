using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Replay;
using Aos.Kernel.Runs;
using Aos.Runtime.Replay;
using Aos.Testing.Runs;
using CsCheck;

namespace Aos.Tests.Kernel;

/// <summary>What holds for a fork of any run from any event.</summary>
public sealed class ForkProperties
{
    private static readonly RunId Fork = RunId.Parse("run_11111111");

    [Fact]
    public void A_fork_from_any_event_verifies_and_repeats_no_call_that_cannot_be_repeated() =>
        Gen.Select(RandomRun.Gen, Gen.Int[0, 1_000]).Sample((random, at) =>
    {
        var run = ScriptedRun.Of(random.Scenario, new RandomWorld(random));
        var (length, problem) = ForkCut.After(run.Journal, 1 + at % run.Journal.Count);
        if (problem is not null) return;
        var prefix = run.Journal.Take(length).ToList();
        var state = RunState.Fold(run.Documents, prefix);

        var forked =
            RunKernel.Advance(state, Facts.Forked(run.State.Submitted!, length) with { At = state.LastAt.AddDays(3) });

        var report = JournalVerifier.Verify(Fork, run.Documents, [.. prefix, .. forked.Events]);
        Assert.True(report.Parity, $"{report.FirstDivergence?.Seq}: {report.FirstDivergence?.Message}");
        Assert.Equal(Fork, forked.State.Submitted!.RunId);
        // Nothing is left that could start and does not; only for a slot, no more wait at a time than may be in flight.
        var calls = forked.State.Steps.SelectMany(step => step.Calls).ToList();
        if (forked.State is { InFlight: 0, Ended: null }
            && calls.Count(call => call.Phase is CallPhase.AwaitingSlot or CallPhase.Paced)
                < forked.State.Contract.MaxParallelSteps)
            Assert.DoesNotContain(calls, call => call.Phase == CallPhase.Ready);
        foreach (var effect in forked.Effects.OfType<Effect.InvokeSkill>()
            .Where(effect => effect.Class == EffectClass.Once)) AssertHarmless(prefix, effect);
    }, iter: 1_000);

    // Begun before, it is made again only where it is known to have done nothing, or as the fallback of what was.
    private static void AssertHarmless(List<RunEvent> prefix, Effect.InvokeSkill effect)
    {
        var before = prefix.OfType<RunEvent.AttemptStarted>()
            .LastOrDefault(
                e => e.StepId == effect.Call.Step && e.Item == effect.Call.Item
                    && (e.Fallback == true) == effect.IsFallback);
        if (before is null) return;
        Assert.Contains(prefix, e =>
            (e is RunEvent.AttemptReturned { Effect: EffectState.None } back
                && (back.StepId, back.Item, back.Attempt) == (before.StepId, before.Item, before.Attempt))
            || (e is RunEvent.OutcomeSettled { Happened: false } settled
                && (settled.StepId, settled.Item) == (before.StepId, before.Item)));
    }
}
