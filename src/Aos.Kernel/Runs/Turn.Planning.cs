using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Retries;

namespace Aos.Kernel.Runs;

/// <summary>Asking planners: whether an answer is taken, mended or asked for again, and what follows a plan.</summary>
internal sealed partial class Turn
{
    private bool IsIterative => State.Settings.Planner?.Mode == PlannerMode.Iterative && State.Submitted!.Plan is null;

    // An iterative planner is asked again until it has nothing left to do.
    private bool PlansOn => IsIterative && State.LastAnswer is { Plan: not null };

    // It is told of failures, so that a failed step ends the plan and not the run.
    private bool ObservesFailures => State.Settings.Planning is not null && IsIterative;

    public void Take(RunEvent.PlannerAnswered answered)
    {
        if (State.Stopping is not null) return; // Nothing new starts, and why the run stops stays as it is.
        if (State.Settings.Planning is { } terms && answered.Cost > terms.WorstCost)
            Stop(ErrorCodes.CostCeilingBroken,
                $"The planner's answer cost {answered.Cost}, but it may cost at most {terms.WorstCost}.", step: null);
        else if (answered.Code != ErrorCodes.Ok)
            TakeRefusal(answered);
        else if (State.Spent > State.Limit)
            Stop(ErrorCodes.BudgetExceeded, $"Planning cost {answered.Cost}, more than was left.", step: null);
        else if (answered.Plan is { } plan)
            TakePlan(answered.Round, plan);
        else if (!IsIterative)
            Stop(ErrorCodes.PlannerNoPlan, "The planner answered without a plan.", step: null);
        // Otherwise nothing is left to do, and the run ends below.
    }

    private void TakePlan(int round, Digest plan)
    {
        if (ObservesFailures && PlanRepetition.Find(State, plan) is { } before)
            Stop(ErrorCodes.LoopDetected,
                $"The planner proposed the plan of round {before} again, which had failed. Trying the same again "
                    + "does not help.",
                step: null);
        else
            Emit(new RunEvent.PlanAccepted { At = Now, Round = round, Plan = plan });
    }

    // What can be mended is asked for below, once it is clear that something may be started at all.
    private void TakeRefusal(RunEvent.PlannerAnswered answered)
    {
        if (State.Settings.Planning is not { } terms)
            Stop(answered.Code, answered.Message, step: null);
        else if (answered.Code == ErrorCodes.PlannerInvalidPlan)
        {
            var most = Math.Min(terms.MaxRepairs, State.Contract.MaxPlanRepairs);
            if (State.PlanRepair >= most || State.PlannerRounds >= State.Contract.MaxPlannerRounds)
                Stop(answered.Code, State.PlanRepair == 0 ? answered.Message
                    : $"{answered.Message} It was mended {State.PlanRepair} times, and is still not valid.",
                        step: null);
        }
        else if (State.PlannerRounds < State.Contract.MaxPlannerRounds
            && RetryPolicy.Decide(State, answered, Now) is { } again)
            Emit(new RunEvent.PlannerRetryScheduled
            {
                At = Now,
                Round = answered.Round,
                DelayMs = again.DelayMs,
                Rule = again.Rule,
                BoundMs = again.BoundMs,
            });
        else
            Stop(answered.Code, answered.Message, step: null);
    }

    /// <summary>Asks the planner, where its answer can be paid.</summary>
    private void AskPlanner(int repair = 0)
    {
        var worst = State.Settings.Planning?.WorstCost ?? Money.Zero;
        if (State.PlannerRounds > 0 && State.PlannerRounds >= State.Contract.MaxPlannerRounds)
            Stop(ErrorCodes.PlannerRoundsExceeded,
                $"The planner was asked {State.PlannerRounds} times, as often as the contract allows.", step: null);
        else if (worst > Money.Zero && worst > State.Limit - State.Spent)
            Stop(ErrorCodes.BudgetExceeded,
                $"An answer of the planner may cost {worst}; {(State.Limit - State.Spent).OrZero} "
                + $"of the run's {State.Limit} are left.", step: null);
        else
        {
            Emit(new RunEvent.PlanRequested
            {
                At = Now,
                Round = State.PlannerRounds + 1,
                Repair = repair == 0 ? null : repair,
                Reserved = worst,
            });
            Ask(new Effect.CallPlanner(State.PlannerRounds));
        }
    }

    // An answer that costs nothing is simply asked for again. Of any other nobody knows whether it was paid.
    private void TakePlannerLoss()
    {
        if (State.PlannerReserved > Money.Zero) LosePlanner();
        else if (State.Stopping is null) Ask(new Effect.CallPlanner(State.PlannerRounds));
    }

    private void LosePlanner() => Emit(new RunEvent.PlannerLost { At = Now, Round = State.PlannerRounds });

    private void FinishOrPlanOn()
    {
        if (!PlansOn) Complete();
        else if (!StartsNothing) AskPlanner();
    }

    /// <summary>Ends the plan of an iterative planner, or the run, over the failure of a step.</summary>
    /// <remarks>A planner must not plan on over a call of which nobody knows whether it took effect, or that a person
    /// rejected: it would make it again.</remarks>
    private void Abort(OutcomeStatus status, ErrorCode code, string message, StepId step)
    {
        if (!ObservesFailures || status == OutcomeStatus.Unknown || code == ErrorCodes.ApprovalRejected)
            Stop(code, message, step);
        else if (!State.IsAborting)
            Emit(new RunEvent.PlanAborted { At = Now, Code = code, Message = message, StepId = step });
    }

    /// <summary>Ends what is left of a failed plan once nothing is in flight, and nobody has to find out what became of
    /// a call.</summary>
    private void FinishAborting()
    {
        if (State.InFlight > 0) return;
        foreach (var step in State.Steps)
            foreach (var call in step.Calls)
                if (call.Phase == CallPhase.AwaitingSettlement) return;
        foreach (var step in State.Steps)
        {
            if (State.Stopping is not null) return;
            if (!State.Step(step.Program.Id)!.IsEnded) EndUnfinished(step, ErrorCodes.PlanAborted, "The plan failed.");
        }
    }
}
