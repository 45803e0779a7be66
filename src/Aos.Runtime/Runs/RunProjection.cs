using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Runs;

/// <summary>What the store keeps beside the journal: the row of the run, written when its status changes, and the
/// approval requests.</summary>
internal sealed class RunProjection
{
    private (RunStatus, WaitReason?, DateTimeOffset?, int)? _written;
    private readonly Dictionary<string, ApprovalRow> _open = new(StringComparer.Ordinal);

    /// <summary>Goes on from what the store has.</summary>
    /// <param name="state">The run.</param>
    /// <param name="stored">Its row; null for a new run.</param>
    public RunProjection(RunState state, RunRow? stored)
    {
        if (stored is null) return;
        Crashes = stored.Status == RunStatus.Quarantined ? 0 : stored.Crashes; // Who releases a run forgives it.
        _written = (stored.Status, stored.WaitingFor, stored.WakeAt, stored.Crashes);
        foreach (var call in state.Steps.SelectMany(step => step.Calls))
            if (call.Approval is { } approval) Note(state, approval);
    }

    /// <summary>How many owners in a row died over the run; 0 once it has got further than when it was taken
    /// over.</summary>
    public int Crashes { get; private set; }

    /// <summary>Forgets the owners that died over the run.</summary>
    public void Forgive() => Crashes = 0;

    /// <summary>The row after a transition, or null where the one that is written still holds.</summary>
    public RunRow? RowAfter(RunState state, ReadOnlyMemory<byte> head)
    {
        var key = (state.Status, state.WaitingFor, state.Status == RunStatus.Waiting ? state.NextWake : null, Crashes);
        if (_written == key) return null;
        _written = key;
        var submitted = state.Submitted!;
        return new RunRow
        {
            RunId = submitted.RunId,
            Tenant = submitted.Tenant,
            AgentId = submitted.AgentId,
            Goal = submitted.Goal,
            Status = state.Status,
            WaitingFor = state.WaitingFor,
            Code = state.Ended?.Code,
            Cost = state.Spent,
            StartedAt = submitted.At,
            EndedAt = state.Ended?.At,
            WakeAt = state.Status == RunStatus.Waiting ? state.NextWake : null,
            Seq = state.Seq,
            Head = head,
            Crashes = Crashes,
        };
    }

    /// <summary>Takes note of a transition: whether the run has got further, and the approval requests that it made or
    /// closed, which are added to those that changed.</summary>
    public void Note(in Transition transition, ref List<ApprovalRow>? changed)
    {
        if (Crashes > 0 && !transition.Events.IsEmpty && HasGotFurther(transition)) Crashes = 0;
        // Before the end of the run, which an expired request can bring about.
        if (_open.Count > 0 && transition.Events is [RunEvent.TimeReached reached, ..])
            foreach (var row in _open.Values.Where(row => row.ExpiresAt <= reached.At).ToList())
            {
                _open.Remove(row.Id.Value);
                (changed ??= []).Add(row with { Status = ApprovalStatus.Expired });
            }
        foreach (var e in transition.Events)
            switch (e)
            {
                case RunEvent.ApprovalRequested requested:
                    (changed ??= []).Add(Note(transition.State, requested));
                    break;
                case RunEvent.ApprovalDecided decided when StillOpen(transition.State, decided.ApprovalId) is { } votes:
                    (changed ??= []).Add(Note(transition.State, votes));
                    break;
                case RunEvent.ApprovalDecided decided when _open.Remove(decided.ApprovalId.Value, out var row):
                    (changed ??= []).Add(
                        row with { Status = decided.Approved ? ApprovalStatus.Approved : ApprovalStatus.Rejected });
                    break;
                // A policy denies the call, or its plan failed and another one is made.
                case RunEvent.PolicyTightened or RunEvent.StepEnded when _open.Count > 0:
                    foreach (var row in _open.Values.ToList())
                        if (transition.State.FindApproval(row.Id) is null && _open.Remove(row.Id.Value))
                            (changed ??= []).Add(row with { Status = ApprovalStatus.Void });
                    break;
                case RunEvent.RunRecovered { Restored: true } or RunEvent.RunEnded when _open.Count > 0:
                    (changed ??= []).AddRange(_open.Values.Select(row => row with { Status = ApprovalStatus.Void }));
                    _open.Clear();
                    break;
                default: break;
            }
    }

    // The request after a vote that is not the last: who has approved is shown to the next one.
    private static RunEvent.ApprovalRequested? StillOpen(RunState state, ApprovalId id)
    {
        if (state.FindApproval(id) is not { } key) return null;
        var call = state.Step(key.Step)!.Calls[key.Item ?? 0];
        return call.Approval! with { ApprovedBy = ValueList.From(call.ApprovedBy) };
    }

    private ApprovalRow Note(RunState state, RunEvent.ApprovalRequested requested)
    {
        var row = new ApprovalRow
        {
            Id = requested.ApprovalId,
            RunId = state.Submitted!.RunId,
            Status = ApprovalStatus.Open,
            RequestedAt = requested.At,
            ExpiresAt = requested.ExpiresAt,
            Request = AosJson.Write<RunEvent>(requested),
        };
        _open[row.Id.Value] = row;
        return row;
    }

    // What took its owner down once would be tried again after a recovery, and after the wait for a retry: neither is
    // progress. An answer is, and so is a run that has nothing left to try.
    private static bool HasGotFurther(in Transition transition) =>
        transition.Events[0] is not (RunEvent.RunRecovered or RunEvent.TimeReached or RunEvent.CancelRequested)
        || transition.State.Ended is not null
        || (transition.State.Status == RunStatus.Waiting && !transition.State.IsBackingOff);
}
