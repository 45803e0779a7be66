using System.Collections.Immutable;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>Where a call is in its life.</summary>
public enum CallPhase
{
    /// <summary>It can start as soon as there is room.</summary>
    Ready,

    /// <summary>It waits for what its next attempt would cost.</summary>
    Quoting,

    /// <summary>An attempt is in flight.</summary>
    InFlight,

    /// <summary>It waits for the moment of its next attempt.</summary>
    BackingOff,

    /// <summary>It has asked for a slot.</summary>
    AwaitingSlot,

    /// <summary>It waits for its slot.</summary>
    Paced,

    /// <summary>It waits for the moment that its plan names.</summary>
    Sleeping,

    /// <summary>It waits for a signal.</summary>
    AwaitingSignal,

    /// <summary>It waits for a person.</summary>
    AwaitingApproval,

    /// <summary>It waits for somebody who finds out what became of it.</summary>
    AwaitingSettlement,

    /// <summary>It ended.</summary>
    Ended,
}

/// <summary>One call of a step: the step itself, or one item of a fanned-out step.</summary>
/// <remarks>Seen from outside it never changes: a transition copies what it touches.</remarks>
public sealed class CallState
{
    // Calls are copied twice a step: what may be absent is kept without the flag of a nullable.
    private ErrorCode _code;
    private ErrorCode _firstFailure;
    private long _dueTicks;

    internal CallState(CallKey key, object? draft = null) => (Key, Draft) = (key, draft);

    /// <summary>Its name.</summary>
    public CallKey Key { get; }

    /// <summary>Where it is in its life.</summary>
    public CallPhase Phase { get; internal set; }

    /// <summary>Whether the fallback is called instead of the step's own skill.</summary>
    public bool IsFallback { get; internal set; }

    /// <summary>Attempts started, those of the fallback included.</summary>
    public int Attempts { get; internal set; }

    /// <summary>Attempts started of what is called now: the step's own skill, or its fallback.</summary>
    public int AttemptsOfVariant { get; internal set; }

    /// <summary>The input of the last attempt, or the one that waits for approval.</summary>
    public Payload? Input { get; internal set; }

    /// <summary>The approval request that is open; null where none is.</summary>
    public RunEvent.ApprovalRequested? Approval => Approvals?.Open;

    /// <summary>The approval request that was decided last; null where none was.</summary>
    public ApprovalId? LastApproval => Approvals?.Last;

    /// <summary>Who has approved the open request so far, where it needs several people.</summary>
    public IReadOnlyList<string> ApprovedBy =>
        Approvals is { Open: not null } asked ? asked.VotersOf(asked.Open.Role) : [];

    /// <summary>Whether <see cref="Input"/> was approved by some role.</summary>
    public bool IsApproved => Approvals is { Roles.IsEmpty: false };

    /// <summary>What people were asked and said; null where nobody was asked.</summary>
    internal CallApprovals? Approvals { get; set; }

    /// <summary>When the next attempt is due, or its wait is over. Of a call that is ready: the slot that it has; null
    /// where it has none.</summary>
    public DateTimeOffset? Due
    {
        get => Moments.FromTicks(_dueTicks);
        internal set => _dueTicks = Moments.ToTicks(value);
    }

    /// <summary>What it waits or waited for; null where it calls a skill.</summary>
    public RunEvent.WaitStarted? Wait { get; internal set; }

    /// <summary>In which ways it can be made, and how far they were tried; null where its skill names none.</summary>
    public CallWays? Ways { get; internal set; }

    /// <summary>Attempts started in the way that is taken now.</summary>
    public int AttemptsOfWay => Ways?.Attempts ?? AttemptsOfVariant;

    /// <summary>Money held for the attempt in flight.</summary>
    public Money Reserved { get; internal set; }

    /// <summary>What all attempts cost.</summary>
    public Money Cost { get; internal set; }

    /// <summary>The attempts, in order.</summary>
    public ImmutableArray<AttemptRecord> History { get; internal set; } = [];

    /// <summary>The result; null unless it ended well.</summary>
    public Payload? Result { get; internal set; }

    /// <summary>How it ended; null until then.</summary>
    public OutcomeStatus? Status { get; internal set; }

    /// <summary>The code it ended with.</summary>
    public ErrorCode? Code
    {
        get => _code.Value is null ? null : _code;
        internal set => _code = value ?? default;
    }

    /// <summary>What happened.</summary>
    public string? Message { get; internal set; }

    /// <summary>The code of the first call, where the fallback was used.</summary>
    public ErrorCode? FirstFailure
    {
        get => _firstFailure.Value is null ? null : _firstFailure;
        internal set => _firstFailure = value ?? default;
    }

    /// <summary>The last attempt; null before the first.</summary>
    public AttemptRecord? Last => History.IsEmpty ? null : History[^1];

    /// <summary>The draft that may change it in place.</summary>
    internal object? Draft { get; private set; }

    internal CallState Copy(object draft)
    {
        var copy = (CallState)MemberwiseClone();
        copy.Draft = draft;
        return copy;
    }
}

/// <summary>One try of a call.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Started">How it began.</param>
/// <param name="Returned">How it came back; null while it is in flight, and where its answer was lost.</param>
/// <param name="IsLost">Whether its owner died while it was in flight.</param>
/// <param name="Retry">What was decided on its failure; null where it was not made again.</param>
public sealed record AttemptRecord(
    int Number,
    RunEvent.AttemptStarted Started,
    RunEvent.AttemptReturned? Returned,
    bool IsLost,
    RunEvent.RetryScheduled? Retry)
{
    /// <summary>How a lost attempt came back after all, when that no longer mattered; null where it did not.</summary>
    public RunEvent.AttemptReturned? Late { get; init; }
}
