using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>Whether a decision on an approval request counts. The kernel ignores one that does not; the shell asks
/// beforehand, so that whoever decides is told why.</summary>
public static class ApprovalRules
{
    /// <summary>Why a decision does not count, with its code; null where it does.</summary>
    public static (ErrorCode Code, string Message)? Refuse(RunState state, RunEvent.ApprovalDecided decided)
    {
        if (state.FindApproval(decided.ApprovalId) is not { } key)
            return (ErrorCodes.ApprovalNotOpen, $"Request {decided.ApprovalId} is not open.");
        var call = state.Step(key.Step)!.Calls[key.Item ?? 0];
        var request = call.Approval!;
        if (MomentOf(decided) >= request.ExpiresAt)
            return (ErrorCodes.ApprovalExpired, $"Request {decided.ApprovalId} has expired: nobody decided in time.");
        if (decided.Binding is { } shown
            && shown != ApprovalBinding.Of(state.Submitted!.Tenant, state.Submitted.RunId, request))
            return (ErrorCodes.ApprovalMismatch,
                $"The decision is about another request than {decided.ApprovalId} as it stands: look at it again.");
        if (RefusePerson(state, call, request, decided) is { } refused) return refused;
        return request.ReasonRequired == true && string.IsNullOrWhiteSpace(decided.Reason)
            ? (ErrorCodes.InvalidArgument,
                $"Request {decided.ApprovalId} asks for a reason, whichever way it is decided.")
            : null;
    }

    /// <summary>Who decides, by a name that belongs to nobody else where people are told apart.</summary>
    internal static string NameOf(RunEvent.ApprovalDecided decided) => decided.Principal?.Subject ?? decided.By;

    private static DateTimeOffset MomentOf(RunEvent.ApprovalDecided decided) => decided.DecidedAt ?? decided.At;

    private static (ErrorCode, string)? RefusePerson(
        RunState state, CallState call, RunEvent.ApprovalRequested request, RunEvent.ApprovalDecided decided)
    {
        if (decided.Approved
            && call.Approvals!.VotersOf(request.Role).Contains(NameOf(decided), StringComparer.Ordinal))
            return (ErrorCodes.ApprovalForbidden,
                $"{NameOf(decided)} has approved request {request.ApprovalId} already; it "
                    + $"needs {request.Quorum} people.");
        // Where nobody is told apart, as on a local store, the user is the owner with every role.
        if (decided.Principal is not { } person) return null;
        if (decided.Approved && state.Submitted!.RequestedBy == person.Subject)
            return (ErrorCodes.ApprovalForbidden,
                $"{person.Subject} asked for run {state.Submitted.RunId}, and so approves none of its calls.");
        if (decided.Approved && state.Forked?.By == person.Subject)
            return (ErrorCodes.ApprovalForbidden,
                $"{person.Subject} forked run {state.Submitted!.RunId}, and so approves none of its calls.");
        // Whether the run has taken notice that it is time to escalate makes no difference.
        var other = request.EscalateAt <= MomentOf(decided) ? request.EscalateTo : null;
        foreach (var role in person.Roles)
            if (role == request.Role || role == other) return null;
        return (ErrorCodes.ApprovalForbidden, $"Request {request.ApprovalId} is for role '{request.Role}'"
            + (other is null ? "" : $" or '{other}'") + $", which {person.Subject} does not have.");
    }
}
