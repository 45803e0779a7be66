using System.Collections.Immutable;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;

namespace Aos.Kernel.Runs;

/// <summary>A step of a run.</summary>
/// <remarks>Seen from outside it never changes: a transition copies what it touches.</remarks>
public sealed class StepState
{
    // Steps are copied twice each: what may be absent is kept without the flag of a nullable.
    private ErrorCode _code;
    private long _startedTicks;
    private long _endedTicks;

    internal StepState(StepProgram program)
    {
        Program = program;
        Unstarted = new CallState(new CallKey(program.Id, null));
    }

    /// <summary>The call of a step that is not fanned out, before it is started.</summary>
    internal CallState Unstarted { get; }

    /// <summary>What it does.</summary>
    public StepProgram Program { get; internal set; }

    /// <summary>Its calls: none before it is reached, one for a plain step, one an item for a fanned-out
    /// step.</summary>
    public ImmutableArray<CallState> Calls { get; internal set; } = [];

    /// <summary>The list that it is fanned out over; null where it is not, or not yet.</summary>
    public Payload? Items { get; internal set; }

    /// <summary>Whether a simulation does not know how many items there are, and takes one.</summary>
    public bool IsCountUnknown { get; internal set; }

    /// <summary>How it ended; null until then.</summary>
    public OutcomeStatus? Status { get; internal set; }

    /// <summary>The code it ended with.</summary>
    public ErrorCode? Code
    {
        get => _code.Value is null ? null : _code;
        internal set => _code = value ?? default;
    }

    /// <summary>What happened, where no attempt says it.</summary>
    public string? Message { get; internal set; }

    /// <summary>When it was reached.</summary>
    public DateTimeOffset? StartedAt
    {
        get => Moments.FromTicks(_startedTicks);
        internal set => _startedTicks = Moments.ToTicks(value);
    }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt
    {
        get => Moments.FromTicks(_endedTicks);
        internal set => _endedTicks = Moments.ToTicks(value);
    }

    /// <summary>Whether it ended.</summary>
    public bool IsEnded => Status is not null;

    /// <summary>Whether it was reached: its calls are there.</summary>
    public bool IsReached => !Calls.IsEmpty || Items is not null;

    /// <summary>Attempts started.</summary>
    public int Attempts
    {
        get
        {
            var sum = 0;
            foreach (var call in Calls) sum += call.Attempts;
            return sum;
        }
    }

    /// <summary>What all attempts cost.</summary>
    public Money Cost
    {
        get
        {
            var sum = Money.Zero;
            foreach (var call in Calls) sum += call.Cost;
            return sum;
        }
    }

    /// <summary>How it stands, for people.</summary>
    public StepStatus Standing => Status switch
    {
        OutcomeStatus.Success => StepStatus.Success,
        OutcomeStatus.Failure => StepStatus.Failure,
        OutcomeStatus.Partial => StepStatus.Partial,
        OutcomeStatus.Skipped => StepStatus.Skipped,
        OutcomeStatus.Cancelled => StepStatus.Cancelled,
        OutcomeStatus.Unknown => StepStatus.Unknown,
        null => StandingOfCalls(),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private StepStatus StandingOfCalls()
    {
        if (!IsReached) return StepStatus.Pending;
        foreach (var call in Calls)
            if (call.Phase is CallPhase.Ready or CallPhase.Quoting or CallPhase.AwaitingSlot or CallPhase.InFlight)
                return StepStatus.Running;
        return StepStatus.Waiting;
    }

    /// <summary>The draft that may change it in place.</summary>
    internal object? Draft { get; private set; }

    internal StepState Copy(object draft)
    {
        var copy = (StepState)MemberwiseClone();
        copy.Draft = draft;
        return copy;
    }
}
