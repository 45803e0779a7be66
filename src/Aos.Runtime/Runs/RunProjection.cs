using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Runs;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Runs;

/// <summary>What the store keeps beside the journal: the row of the run, written when its status changes, and the
/// approval requests.</summary>
internal sealed class RunProjection
{
    private (RunStatus, WaitReason?, DateTimeOffset?)? _written;
    private readonly Dictionary<string, ApprovalRow> _open = new(StringComparer.Ordinal);

    public RunProjection(RunState state)
    {
        if (state.Submitted is null) return;
        _written = Key(state);
        foreach (var call in state.Steps.SelectMany(step => step.Calls))
            if (call.Approval is { } approval) Note(state, approval);
    }

    /// <summary>The row after a transition, or null where the one that is written still holds.</summary>
    public RunRow? RowAfter(RunState state, ReadOnlyMemory<byte> head)
    {
        var key = Key(state);
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
        };
    }

    /// <summary>Adds the approval requests that a transition made or closed.</summary>
    public void NoteApprovals(in Transition transition, ref List<ApprovalRow>? changed)
    {
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
                case RunEvent.ApprovalDecided decided when _open.Remove(decided.ApprovalId.Value, out var row):
                    (changed ??= []).Add(row with { Status = decided.Approved ? ApprovalStatus.Approved : ApprovalStatus.Rejected });
                    break;
                case RunEvent.RunEnded when _open.Count > 0:
                    (changed ??= []).AddRange(_open.Values.Select(row => row with { Status = ApprovalStatus.Void }));
                    _open.Clear();
                    break;
                default: break;
            }
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

    private static (RunStatus, WaitReason?, DateTimeOffset?) Key(RunState state) =>
        (state.Status, state.WaitingFor, state.Status == RunStatus.Waiting ? state.NextWake : null);
}
