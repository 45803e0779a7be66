using Aos.Contracts.Expressions;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Replay;
using Aos.Kernel.Retries;

namespace Aos.Kernel.Runs;

/// <summary>Judging failures, and ending calls, steps and the run.</summary>
internal sealed partial class Turn
{
    /// <summary>A call that could not even be started: it is not tried again, but its fallback may be.</summary>
    private void Fail(StepState step, CallState call, ErrorCode code, string message) =>
        GiveUp(step, call, OutcomeStatus.Failure, code, message);

    /// <summary>Decides what becomes of a call whose attempt did not succeed.</summary>
    private void Judge(CallKey key, Verdict verdict)
    {
        var (step, call) = (StepOf(key), Call(key));
        // The attempt was cut short by the end of the run: that is what stops the run, not the attempt's time-out.
        if (State.Stopping is null && Now >= State.Deadline) StopForTime();
        if (State.Stopping is not null)
        {
            EndStopped(call, verdict);
            return;
        }
        switch (RetryPolicy.Decide(State, step, call, verdict, Now))
        {
            case RetryDecision.Again when State.IsAborting:
                GiveUp(step, call, OutcomeStatus.Failure, verdict.Code, verdict.Message);
                break;
            case RetryDecision.Again again:
                Emit(new RunEvent.RetryScheduled
                {
                    At = Now,
                    StepId = key.Step,
                    Item = key.Item,
                    Attempt = call.Attempts + 1,
                    DelayMs = again.DelayMs,
                    Rule = again.Rule,
                    BoundMs = again.BoundMs,
                    Way = again.Way,
                });
                break;
            case RetryDecision.Hold:
                HoldOrGiveUp(step, call, verdict);
                break;
            case RetryDecision.GiveUp giveUp:
                GiveUp(step, call, verdict.IsCancelled ? OutcomeStatus.Cancelled : OutcomeStatus.Failure,
                    giveUp.Code, giveUp.Message);
                break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private void EndStopped(CallState call, Verdict verdict)
    {
        if (verdict.IsUnknown)
            EndCall(call.Key, OutcomeStatus.Unknown, ErrorCodes.OutcomeUnknown, UnknownMessage(call, verdict));
        else
            EndCall(call.Key, verdict.StatusWhenStopped, verdict.Code, verdict.Message);
    }

    // An unknown outcome: what the plan says counts; where it says nothing, somebody must find out.
    private void HoldOrGiveUp(StepState step, CallState call, Verdict verdict)
    {
        if (step.Program.Source.OnFailure is not null)
            GiveUp(step, call, OutcomeStatus.Unknown, ErrorCodes.OutcomeUnknown, UnknownMessage(call, verdict));
        else
            Emit(new RunEvent.SettlementRequested
            {
                At = Now,
                StepId = call.Key.Step,
                Item = call.Key.Item,
                Cause = verdict.Code
            });
    }

    private static string UnknownMessage(CallState call, Verdict verdict) =>
        $"Whether {call.Key} took effect is not known ({verdict.Code}), and it cannot be repeated safely.";

    private void GiveUp(StepState step, CallState call, OutcomeStatus status, ErrorCode code, string? message)
    {
        if (step.Program.Fallback is not null && !call.IsFallback && status != OutcomeStatus.Cancelled
            && State.Stopping is null && !State.IsAborting)
            Emit(new RunEvent.FallbackChosen { At = Now, StepId = call.Key.Step, Item = call.Key.Item, Cause = code });
        else
            EndCall(call.Key, status, code, message);
    }

    private void EndCall(CallKey key, OutcomeStatus status, ErrorCode code, string? message)
    {
        var program = StepOf(key).Program;
        if (key.Item is not { } item)
        {
            EndStep(program, status, code, message);
            return;
        }
        Emit(new RunEvent.ItemEnded
        {
            At = Now,
            StepId = key.Step,
            Item = item,
            Status = status,
            Code = code,
            Message = message
        });
        // Other items in flight come back first: the step ends when the last of them has.
        if (!GuardLoop(key, status) && State.Stopping is null && IsBad(status) && !program.ToleratesFailure)
            Abort(status, code,
                $"Item {item} of '{key.Step}' failed: {code}{(message is null ? "" : $": {message}")}", key.Step);
        if (StepOf(key).Calls.All(call => call.Phase == CallPhase.Ended)) EndFanOut(program);
    }

    private void EndFanOut(Plans.StepProgram program)
    {
        var calls = State.Step(program.Id)!.Calls;
        var bad = calls.Where(call => IsBad(call.Status!.Value)).ToList();
        var allSkipped = calls.All(call => call.Status == OutcomeStatus.Skipped);
        if (bad.Count == 0 && allSkipped)
            EndStep(program, OutcomeStatus.Skipped, calls[0].Code!.Value, calls[0].Message);
        else if (bad.Count == 0)
            EndStep(program, OutcomeStatus.Success,
                calls.Any(call => call.IsFallback) ? ErrorCodes.FallbackUsed : ErrorCodes.Ok, message: null);
        else
            EndStep(
                program,
                bad.Count == calls.Length || !program.ToleratesFailure ? bad[0].Status!.Value : OutcomeStatus.Partial,
                bad[0].Code!.Value,
                $"{bad.Count} of {calls.Length} items did not succeed; "
                    + $"first: {bad[0].Message ?? bad[0].Code!.Value.Value}");
    }

    private void EndStep(Plans.StepProgram program, OutcomeStatus status, ErrorCode code, string? message)
    {
        Emit(new RunEvent.StepEnded { At = Now, StepId = program.Id, Status = status, Code = code, Message = message });
        if (State.Stopping is not null || !IsBad(status)) return;
        if (program.ForEach is null && GuardLoop(new CallKey(program.Id, null), status)) return;
        if (program.ToleratesFailure) return;
        var text = message ?? (State.Step(program.Id)!.Calls is [var only, ..] ? only.Message : null);
        Abort(status, code, $"Step '{program.Id}' failed: {code}{(text is null ? "" : $": {text}")}", program.Id);
    }

    /// <summary>Whether the run keeps failing in the same way, and is therefore stopping.</summary>
    private bool GuardLoop(CallKey key, OutcomeStatus status)
    {
        if (status != OutcomeStatus.Failure || State.Stopping is not null) return false;
        var calls = StepOf(key).Calls;
        if (calls.IsEmpty || calls[key.Item ?? 0] is not { AttemptsOfVariant: > 0, Input: not null } call) return false;
        var times = State.EqualFailures(RunState.FailureKey(call));
        if (times < State.Contract.MaxEqualFailures) return false;
        Stop(ErrorCodes.LoopDetected, $"{times} calls of {call.Last!.Started.Skill} with the same input have failed; "
            + $"the last was {key}.", key.Step);
        return true;
    }

    private static bool IsBad(OutcomeStatus status) =>
        status is OutcomeStatus.Failure or OutcomeStatus.Unknown or OutcomeStatus.Cancelled;

    private void Stop(ErrorCode code, string? message, StepId? step) => Emit(new RunEvent.RunStopping
    {
        At = Now,
        Code = code,
        Message = message,
        StepId = step,
        GraceUntil = Moments.After(Now, State.Contract.GraceMs),
    });

    private void CancelInFlight(bool everything)
    {
        foreach (var step in State.Steps)
            foreach (var call in step.Calls)
                if (call.Phase == CallPhase.InFlight
                    && (everything || call.Last!.Started.Effect is Contracts.Skills.EffectClass.Pure
                        or Contracts.Skills.EffectClass.Read))
                    Ask(new Effect.CancelAttempt(call.Key, call.Attempts));
    }

    /// <summary>Ends a stopping run once nothing is in flight.</summary>
    private void FinishStopping()
    {
        if (State.InFlight > 0) return;
        var stopping = State.Stopping!;
        if (State.PlannerReserved > Money.Zero) LosePlanner();
        foreach (var step in State.Steps)
            if (!step.IsEnded) EndUnfinished(step, ErrorCodes.RunAborted, $"The run was stopping: {stopping.Code}.");
        var status = State.IsCancelled ? RunStatus.Cancelled : RunStatus.Failed;
        EndRun(status, stopping.Code, stopping.Message, stopping.StepId, output: null);
    }

    private void EndUnfinished(StepState step, ErrorCode code, string reason)
    {
        if (step.Calls.Any(call => call.Phase == CallPhase.AwaitingSettlement))
            EndStep(step.Program, OutcomeStatus.Unknown, ErrorCodes.OutcomeUnknown, reason);
        else if (step.Calls.Any(call => call.Status is { } ended && IsBad(ended)))
            EndFanOutUnfinished(step);
        else if (step.Attempts > 0 || step.Calls.Any(call => call.Wait is not null))
            EndStep(step.Program, OutcomeStatus.Cancelled, code, reason);
        else
            EndStep(step.Program, OutcomeStatus.Skipped, code, reason);
    }

    private void EndFanOutUnfinished(StepState step)
    {
        var first = step.Calls.First(call => call.Status is { } ended && IsBad(ended));
        EndStep(step.Program, first.Status!.Value, first.Code!.Value,
            $"Item {first.Key.Item} did not succeed, and the rest was not "
                + $"made: {first.Message ?? first.Code.Value.Value}");
    }

    private void Complete()
    {
        if (State.LastAnswer is { Plan: null, Output: { } document })
        {
            CompleteWith(document);
            return;
        }
        if (State.Program?.Output is not { } expression)
        {
            EndRun(RunStatus.Completed, ErrorCodes.Ok, message: null, failedStep: null, output: null);
            return;
        }
        var result = expression.Evaluate(ExpressionValue.FromObject(new RunScope(State, step: null, item: null)));
        if (result.Error is { } error)
            EndRun(RunStatus.Failed, ErrorCodes.TemplateFailed,
                $"The output '{expression.Text}' failed: {error.Message}", failedStep: null, output: null);
        else
            EndRun(RunStatus.Completed, ErrorCodes.Ok, message: null, failedStep: null,
                result.Value.ContainsUnknown ? Payload.Unknown : Payload.FromUtf8(result.Value.ToCanonicalUtf8()));
    }

    // What an iterative planner gives at the end.
    private void CompleteWith(Payload document)
    {
        var compiler = new TemplateCompiler();
        var template = compiler.Compile(document.Element);
        var scope = ExpressionValue.FromObject(new RunScope(State, step: null, item: null));
        var (payload, error, hasUnknown) = compiler.Mistakes is [var (_, mistake), ..]
            ? new Rendered(Payload.Null, mistake, HasUnknown: false)
            : template.Render(scope);
        if (error is not null)
            EndRun(RunStatus.Failed, ErrorCodes.TemplateFailed,
                $"The output that the planner gave cannot be made: {error}", failedStep: null, output: null);
        else
            EndRun(RunStatus.Completed, ErrorCodes.Ok, message: null, failedStep: null,
                hasUnknown ? Payload.Unknown : payload);
    }

    private void EndRun(RunStatus status, ErrorCode code, string? message, StepId? failedStep, Payload? output)
    {
        Emit(new RunEvent.RunEnded
        {
            At = Now,
            Status = status,
            Code = code,
            Message = message,
            FailedStep = failedStep,
            Output = output,
            Cost = State.Spent,
            BehaviourDigest = BehaviourDigest.Of(State, status, code),
        });
        Ask(new Effect.Finish());
    }
}
