using System.Collections.Immutable;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Policies;

namespace Aos.Kernel.Runs;

/// <summary>What policies deny, and whom a call must wait for.</summary>
internal sealed partial class Turn
{
    private const string DefaultRole = "approver";

    /// <summary>Nobody should be asked about a call that a policy denies by now.</summary>
    public void TakePolicy()
    {
        foreach (var step in State.Steps)
            foreach (var call in step.Calls)
            {
                if (State.Stopping is not null) return;
                if (call.Phase != CallPhase.AwaitingApproval || State.Policies is not { } policies) continue;
                var program = (call.IsFallback ? step.Program.Fallback : step.Program.Main)!;
                if (policies.Judge(PolicyCalls.Of(State, call.Key, program.Skill, call.Input!, Now), State.Used)
                    is { IsDenied: true } judgement)
                    Deny(step, call, program, call.Input!, judgement);
            }
    }

    private void Deny(StepState step, CallState call, CallProgram program, Payload input, PolicyJudgement judgement)
    {
        Emit(new RunEvent.PolicyDenied
        {
            At = Now,
            StepId = call.Key.Step,
            Item = call.Key.Item,
            Skill = program.Skill.Name,
            SkillVersion = program.Skill.Version,
            Input = input,
            Rules = judgement.Applied,
        });
        Fail(step, call, ErrorCodes.PolicyDenied, judgement.Denial!);
    }

    // In a simulation, text of which a part is not known is not known.
    private Payload RenderKnown(StepState step, CallState call, CallProgram program) =>
        program.Input.Render(Scope(call.Key.Item, step), leavesUnknown: true).Payload;

    // The input was made before the skill was asked what the call costs: what of it was not known is found once more.
    // An input that a person edited is known.
    private bool HasUnknown(StepState step, CallState call, CallProgram program, Payload input) =>
        State.Policies is not null && program.Input.Literal is null
            && program.Input.Render(Scope(call.Key.Item, step)) is { HasUnknown: true } made
        && made.Payload.Equals(input);

    /// <summary>The next approval that a call waits for; null where it may be made. What the plan asks for comes first;
    /// several that ask the same role are one.</summary>
    private RequiredRequest? NextRequest(StepState step, CallState call, PolicyJudgement judgement)
    {
        var plan = step.Program.Source.Approval;
        if (plan is null && judgement.Approvals.IsEmpty) return null;
        if (plan is not null)
        {
            var planned = Together(new RequiredRequest(plan.Role ?? DefaultRole, plan, []), judgement.Approvals);
            if (!IsGiven(call, planned)) return planned;
        }
        foreach (var required in judgement.Approvals)
        {
            var request = Together(
                new RequiredRequest(required.Spec.Role ?? DefaultRole, required.Spec, []), judgement.Approvals);
            if (!IsGiven(call, request)) return request;
        }
        return null;
    }

    // A policy that came since may ask for more people than were asked for.
    private bool IsGiven(CallState call, RequiredRequest request) => call.Approvals is { } asked
        && (State.Settings.RulesVersion < 3
            ? asked.Roles.Contains(request.Role, StringComparer.Ordinal)
            : asked.VotersOf(request.Role).Length >= (request.Spec.Quorum ?? 1));

    // Who has approved this input already, as far as this role is concerned.
    private ValueList<string> VotersOf(CallState call, string role)
    {
        if (call.Approvals is not { Votes.IsEmpty: false } asked) return [];
        return State.Settings.RulesVersion < 3
            ? ValueList.From(
                asked.Votes.Where(vote => !asked.Roles.Contains(vote.Role, StringComparer.Ordinal))
                    .Select(vote => vote.Name))
            : ValueList.From(asked.VotersOf(role));
    }

    // Of what several ask of one role, the strictest holds.
    private static RequiredRequest Together(RequiredRequest first, ImmutableArray<RequiredApproval> approvals)
    {
        var (spec, rules) = (first.Spec, ImmutableArray.CreateBuilder<AppliedRule>());
        foreach (var (rule, other) in approvals)
        {
            if ((other.Role ?? DefaultRole) != first.Role) continue;
            rules.Add(rule);
            spec = spec with
            {
                Reason = spec.Reason ?? other.Reason,
                Quorum = Math.Max(spec.Quorum ?? 1, other.Quorum ?? 1) is > 1 and var most ? most : null,
                ExpiresInMs = spec.ExpiresInMs is { } mine && other.ExpiresInMs is { } theirs
                    ? Math.Min(mine, theirs) : spec.ExpiresInMs ?? other.ExpiresInMs,
                ReasonRequired = spec.ReasonRequired == true || other.ReasonRequired == true ? true : null,
                Escalate = spec.Escalate ?? other.Escalate,
            };
        }
        return first with { Spec = spec, Rules = ValueList.From(rules) };
    }

    private void AskApproval(CallState call, CallProgram program, Payload input, RequiredRequest request)
    {
        var spec = request.Spec;
        var digest = Digest.FromHash(Convert.FromHexString(CanonicalJson.Sha256Hex(input.Element)));
        Emit(new RunEvent.ApprovalRequested
        {
            At = Now,
            ApprovalId = Identity.Approval(State.Submitted!, call, digest),
            StepId = call.Key.Step,
            Item = call.Key.Item,
            Skill = program.Skill.Name,
            SkillVersion = program.Skill.Version,
            Input = input,
            InputDigest = digest,
            Role = request.Role,
            Reason = spec.Reason,
            ExpiresAt = Moments.After(Now, spec.ExpiresInMs ?? State.Contract.ApprovalMs),
            Quorum = spec.Quorum is > 1 and var quorum ? quorum : null,
            ReasonRequired = spec.ReasonRequired == true ? true : null,
            EscalateAt = spec.Escalate is { } escalate ? Moments.After(Now, escalate.AfterMs) : null,
            EscalateTo = spec.Escalate?.Role,
            ApprovedBy = VotersOf(call, request.Role),
            Rules = request.Rules,
        });
    }

    private void Escalate(CallState call) => Emit(new RunEvent.ApprovalEscalated
    {
        At = Now,
        ApprovalId = call.Approval!.ApprovalId,
        StepId = call.Key.Step,
        Item = call.Key.Item,
        Role = call.Approval.EscalateTo!,
    });

    // A restore voids what was asked before: the same question under another identity, for as long as the first one.
    private void AskAgain(CallState call)
    {
        var before = call.Approval!;
        Emit(before with
        {
            At = Now,
            ApprovalId = Identity.Approval(State.Submitted!, call, before.InputDigest, State.Epoch),
            ExpiresAt = Moments.After(Now, (long)(before.ExpiresAt - before.At).TotalMilliseconds),
            EscalateAt = before.EscalateAt is { } escalate
                ? Moments.After(Now, (long)(escalate - before.At).TotalMilliseconds) : null,
        });
    }

    /// <summary>An approval that a call waits for.</summary>
    private sealed record RequiredRequest(string Role, ApprovalSpec Spec, ValueList<AppliedRule> Rules);
}
