using Aos.Abstractions.Storage;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Archives;

/// <summary>A run that is held since its store was restored.</summary>
/// <param name="Row">Its row.</param>
/// <param name="LastEventAt">The moment of the last event in the backup: what it did since is not known; null where the
/// journal cannot be read.</param>
/// <param name="Calls">The calls that somebody must look at.</param>
public sealed record HeldRun(RunRow Row, DateTimeOffset? LastEventAt, IReadOnlyList<HeldCall> Calls)
{
    internal static HeldRun Of(RunRow row, RunState state)
    {
        var calls = new List<HeldCall>();
        foreach (var step in state.Steps)
            foreach (var call in step.Calls)
            {
                var why = call.Phase switch
                {
                    CallPhase.InFlight =>
                        call.Last!.Started.Effect == EffectClass.Once ? HeldBecause.OnceInFlight : HeldBecause.InFlight,
                    CallPhase.AwaitingApproval => HeldBecause.ApprovalVoid,
                    CallPhase.AwaitingSettlement => HeldBecause.OutcomeUnknown,
                    _ => (HeldBecause?)null,
                };
                if (why is { } because) calls.Add(new HeldCall(call.Key.Step, call.Key.Item, because));
            }

        return new HeldRun(row, state.LastAt, calls);
    }
}

/// <summary>A call of a held run.</summary>
/// <param name="Step">The step.</param>
/// <param name="Item">The item of a fanned-out step.</param>
/// <param name="Because">Why it must be looked at.</param>
public sealed record HeldCall(StepId Step, int? Item, HeldBecause Because);

/// <summary>Why a call of a held run must be looked at.</summary>
public enum HeldBecause
{
    /// <summary>It was in flight and must not be repeated: it has most likely taken effect.</summary>
    OnceInFlight,

    /// <summary>It was in flight, and is made again under the same idempotency key.</summary>
    InFlight,

    /// <summary>It waited for a decision, which is asked for anew.</summary>
    ApprovalVoid,

    /// <summary>Its outcome was unknown, and may have been settled since.</summary>
    OutcomeUnknown,
}
