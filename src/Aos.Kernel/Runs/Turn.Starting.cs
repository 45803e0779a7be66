using Aos.Contracts.Expressions;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Policies;

namespace Aos.Kernel.Runs;

/// <summary>Starting calls: what is reached, whether its condition holds, its input, its approval, its money.</summary>
internal sealed partial class Turn
{
    private const int DefaultTimeoutMs = 60_000;
    private const int DefaultLatencyMs = 100;

    private void StartReady()
    {
        if (State.Program is null || State.IsAborting) return; // The planner had nothing to do, or its plan failed.
        foreach (var index in State.Program.Order)
        {
            var step = State.Steps[index];
            if (!step.IsEnded && (step.IsReached || Reach(step))) StartCalls(index);
            if (State.Stopping is not null || State.IsAborting)
                return; // Also where the step could not be reached: its list was none.
        }
    }

    /// <summary>Whether the step has calls now: all that it depends on has ended.</summary>
    private bool Reach(StepState step)
    {
        foreach (var dependency in step.Program.Dependencies)
            if (!State.Steps[dependency].IsEnded) return false;
        return step.Program.ForEach is null || Expand(step);
    }

    private bool Expand(StepState step)
    {
        var result = step.Program.ForEach!.Evaluate(Scope(item: null, step));
        if (result.Error is { } error)
            return Refuse(step, $"for_each failed. {error.In(step.Program.ForEach.Text)}");
        if (!result.Value.IsUnknown && result.Value.Kind != ExpressionValueKind.Array)
            return Refuse(step, ListRule.Broken(step.Program.ForEach, result.Value));
        if (result.Value.ItemCount > State.Contract.MaxItems)
            return Refuse(step, $"for_each has {result.Value.ItemCount} items; at most {State.Contract.MaxItems} are "
                + "allowed.", ErrorCodes.ItemsExceeded);
        var unknown = result.Value.ContainsUnknown;
        Emit(new RunEvent.StepExpanded
        {
            At = Now,
            StepId = step.Program.Id,
            Items = unknown ? Payload.Unknown : Payload.FromUtf8(result.Value.ToCanonicalUtf8()),
            Count = unknown && !result.Value.IsUnknown ? result.Value.ItemCount : null,
        });
        return true;
    }

    private bool Refuse(StepState step, string message, ErrorCode? code = null)
    {
        EndStep(step.Program, OutcomeStatus.Failure, code ?? ErrorCodes.TemplateFailed, message);
        return false;
    }

    private void StartCalls(int index)
    {
        var count = State.Steps[index].Program.ForEach is null ? 1 : State.Steps[index].Calls.Length;
        for (var i = 0; i < count && State.Stopping is null && !State.IsAborting; i++)
        {
            var step = State.Steps[index];
            if (step.IsEnded) return;
            if (step.Calls.IsEmpty || step.Calls[i].Phase == CallPhase.Ready)
            {
                if (State.InFlight >= State.Contract.MaxParallelSteps && !IsWait(step, i)) return;
                Start(step, step.Calls.IsEmpty ? step.Unstarted : step.Calls[i]);
            }
        }
        // An empty list ends at once.
        if (State.Steps[index] is { IsEnded: false, Items: not null, Calls.IsEmpty: true } empty)
            EndStep(empty.Program, OutcomeStatus.Success, ErrorCodes.Ok, message: null);
    }

    // A wait takes no place among the calls in flight.
    private static bool IsWait(StepState step, int call) =>
        step.Program.Wait is not null && (step.Calls.IsEmpty || !step.Calls[call].IsFallback);

    private void Start(StepState step, CallState call)
    {
        if (step.Program.Main is null && !call.IsFallback)
        {
            StartWait(step, call, step.Program.Wait!);
            return;
        }
        var program = call.IsFallback ? step.Program.Fallback! : step.Program.Main!;
        var input = call.Input;
        var hasUnknown = false;
        if (input is null)
        {
            var scope = Scope(call.Key.Item, step);
            if (call.Attempts == 0 && !IsWanted(step, call, scope)) return;
            var rendered = program.Input.Render(scope);
            if (rendered.Error is { } error)
            {
                Fail(step, call, ErrorCodes.TemplateFailed, $"The input of {call.Key} cannot be made: {error}");
                return;
            }
            (input, hasUnknown) = (rendered.Payload, rendered.HasUnknown);
        }
        if (!Permissions.Allow(State.Contract, program.Skill.Name, program.Skill.Version))
        {
            Fail(step, call, ErrorCodes.SkillNotAllowed,
                Permissions.Gap(State.Contract, program.Skill.Name, program.Skill.Version));
            return;
        }
        ChosenWay? way = null;
        if (program.Skill.Cost?.Quoted == true)
        {
            if (call.Ways?.Quote?.Attempt != call.Attempts + 1)
            {
                RequestQuote(call, program, input, hasUnknown ? RenderKnown(step, call, program) : null);
                return;
            }
            // Policies look at what the call costs in the way that it is made.
            way = ChooseWay(step, call, program);
            if (way is null) return;
            hasUnknown = HasUnknown(step, call, program, input);
        }
        var judgement = PolicyJudgement.Nothing;
        if (State.Policies is { } policies)
        {
            var judged = PolicyCalls.Of(
                State, call.Key, program.Skill, input, Now, hasUnknown ? RenderKnown(step, call, program) : null);
            judgement = policies.Judge(way is { } taken ? judged with { Worst = taken.Worst } : judged, State.Used);
            if (judgement.IsDenied)
            {
                Deny(step, call, program, input, judgement);
                return;
            }
        }
        if (NextRequest(step, call, judgement) is { } request)
            AskApproval(call, program, input, request);
        else
            StartAttempt(step, call, program, input, judgement.Applied, way);
    }

    /// <summary>Whether the condition of a call holds; where it does not, the call has ended.</summary>
    private bool IsWanted(StepState step, CallState call, in ExpressionValue scope)
    {
        if (step.Program.When is not { } when || call.IsFallback) return true;
        var result = when.Evaluate(scope);
        if (result.Error is { } error)
        {
            Fail(step, call, ErrorCodes.TemplateFailed, $"The condition failed. {error.In(when.Text)}");
            return false;
        }
        // What a simulation does not know is taken as true.
        if (result.Value.IsTruthy != false) return true;
        EndCall(
            call.Key, OutcomeStatus.Skipped, ErrorCodes.ConditionFalse,
            $"The condition '{ExpressionError.Shorten(when.Text)}' is false.");
        return false;
    }

    private void StartAttempt(
        StepState step, CallState call, CallProgram program, Payload input, ValueList<AppliedRule> rules,
        ChosenWay? way)
    {
        if (State.Attempts >= State.Contract.MaxAttempts)
        {
            Stop(ErrorCodes.AttemptsExceeded,
                $"The run has made {State.Attempts} attempts, as many as its contract allows.", step.Program.Id);
            return;
        }
        if ((way ?? ChooseWay(step, call, program)) is not { } chosen) return;
        if (!State.Contract.Rates.IsEmpty && !KeepsRates(call, program.Skill)) return;
        var timeout = Math.Min(program.TimeoutMs ?? program.Skill.TimeoutMs ?? DefaultTimeoutMs,
            (int)Math.Clamp((State.Deadline - Now).TotalMilliseconds, 1, int.MaxValue));
        var started = new RunEvent.AttemptStarted
        {
            At = Now,
            StepId = call.Key.Step,
            Item = call.Key.Item,
            Attempt = call.Attempts + 1,
            Skill = program.Skill.Name,
            SkillVersion = program.Skill.Version,
            Input = call.AttemptsOfVariant == 0 ? input : null,
            Effect = EffectRules.ClassOf(program.Skill.Effect, input),
            Fallback = call.IsFallback ? true : null,
            TimeoutMs = timeout,
            Reserved = chosen.Held,
            PredictedCost = chosen.Expected,
            PredictedLatencyMs = program.Skill.Latency?.ExpectedMs ?? DefaultLatencyMs,
            Rules = rules,
            Way = chosen.Name,
            Tainted = Taint.IsInputTainted(State, call.Key),
        };
        Emit(started);
        Ask(new Effect.InvokeSkill
        {
            Call = call.Key,
            Attempt = started.Attempt,
            Skill = program.Skill,
            Input = input,
            Class = started.Effect,
            TimeoutMs = timeout,
            Reserved = chosen.Held,
            IsFallback = call.IsFallback,
            Way = chosen.Name,
        });
    }

    private ExpressionValue Scope(int? item, StepState step) =>
        ExpressionValue.FromObject(new RunScope(State, step, item));
}
