using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;
using Aos.Kernel.Runs;
using Aos.Runtime.Runs;

namespace Aos.Runtime;

/// <summary>Decisions on approval requests.</summary>
public sealed partial class AosRuntime
{
    /// <summary>Decides on an approval request as the owner of the store:
    /// <see cref="DecideAsync(ApprovalDecision, CancellationToken)"/>.</summary>
    public ValueTask<StructuredOutcome> DecideAsync(
        ApprovalId id, bool approved, string by, string? reason, Payload? editedInput, CancellationToken cancel) =>
        DecideAsync(
            new ApprovalDecision
            {
                Id = id,
                Approved = approved,
                By = by,
                Reason = reason,
                Input = editedInput
            }, cancel);

    /// <summary>Decides on an approval request. The decision is durable on return; the run's owner takes it up, or
    /// whoever resumes the run.</summary>
    /// <remarks>An edited input is checked against the schema of the skill and the policies of the run before the
    /// decision is taken, and by the kernel once more when it is.</remarks>
    public ValueTask<StructuredOutcome> DecideAsync(ApprovalDecision decision, CancellationToken cancel) =>
        GuardAsync(async () =>
    {
        if (decision.Input is { } edited)
        {
            if (!TryReadStrictly(ref edited, out var problem)) return problem;
            if (!decision.Approved)
                return _outcomes.Failure(
                    ErrorCodes.InvalidArgument,
                    "An input is edited in order to approve it; a call that is rejected has none.");
            decision = decision with { Input = edited };
        }
        var row = await _services.Store.FindApprovalAsync(decision.Id, cancel).ConfigureAwait(false);
        if (row is null)
            return _outcomes.Failure(
                ErrorCodes.UnknownApproval,
                $"There is no approval request {decision.Id}; `aos approvals` lists the open ones.");
        if (NotOpen(row) is { } refused) return refused;
        var decided = new RunEvent.ApprovalDecided
        {
            At = _services.Now,
            ApprovalId = decision.Id,
            Approved = decision.Approved,
            By = decision.By,
            Reason = decision.Reason,
            Input = decision.Input,
            Binding = decision.Binding,
            Principal = decision.Principal,
        };
        if (await RefuseAsync(row, decided, cancel).ConfigureAwait(false) is { } unfit) return unfit;
        // Somebody else was faster: the request is closed by now, or will be as soon as its run takes that decision.
        if (!await _services.Store.PostDecisionAsync(decision.Id, AosJson.Write<RunEvent>(decided), cancel)
            .ConfigureAwait(false))
            return NotOpen(await _services.Store.FindApprovalAsync(decision.Id, cancel).ConfigureAwait(false) ?? row)
                ?? _outcomes.Failure(ErrorCodes.ApprovalNotOpen,
                    $"Request {decision.Id} was decided already: the first decision holds, and run {row.RunId} has "
                        + "yet to take it.", run: row.RunId);
        if (_host.Find(row.RunId) is { IsAlive: true }) await _host.PollAsync(cancel).ConfigureAwait(false);
        return _outcomes.Success(run: row.RunId);
    });

    /// <summary>Why a decision would not count, by the rules that the kernel applies when it takes it.</summary>
    private async ValueTask<StructuredOutcome?> RefuseAsync(
        ApprovalRow row, RunEvent.ApprovalDecided decided, CancellationToken cancel)
    {
        if (await FoldAsync(row.RunId, cancel).ConfigureAwait(false) is not { } state)
            return UnknownRun<RunReport>(row.RunId).Outcome;
        if (ApprovalRules.Refuse(state, decided) is { } refused)
            return _outcomes.Failure(refused.Code, refused.Message, run: row.RunId);
        if (decided.Input is not { } edited || state.FindApproval(decided.ApprovalId) is not { } key
            || PolicyCalls.SkillOf(state, key) is not { } pin) return null;
        if (_services.Registry.TryGet(pin.Name, pin.Version, out var skill)
            && _services.Skills.CheckInput(skill.Contract, edited) is { Count: > 0 } problems)
            return _outcomes.Failure(ErrorCodes.InvalidInput,
                $"The edited input does not match the schema of {pin.Name}: "
                + $"{(problems[0].Pointer.Length == 0 ? "it" : problems[0].Pointer)} {problems[0].Message}",
                    problems, row.RunId);
        return state.Policies?.Judge(PolicyCalls.Of(state, key, pin, edited, decided.At), state.Used)
            is { Denial: { } denial }
            ? _outcomes.Failure(ErrorCodes.PolicyDenied, $"The edited input is denied. {denial}", run: row.RunId)
            : null;
    }

    private StructuredOutcome? NotOpen(ApprovalRow row) => row.StandingAt(_services.Now).Status switch
    {
        ApprovalStatus.Open => null,
        ApprovalStatus.Expired => _outcomes.Failure(ErrorCodes.ApprovalExpired,
            $"Request {row.Id} expired at {row.ExpiresAt:yyyy-MM-dd HH:mm:ss} UTC: nobody decided in time, and its "
                + "call is not made.",
            run: row.RunId),
        var closed => _outcomes.Failure(ErrorCodes.ApprovalNotOpen,
            $"Request {row.Id} is {closed.ToString().ToLowerInvariant()} already.", run: row.RunId),
    };
}
