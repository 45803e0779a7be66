using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;

namespace Aos.Runtime.Simulation;

/// <summary>What can be said of a run before its planner was asked: bounds.</summary>
internal static class PlanningBounds
{
    /// <summary>What a simulation of the first plan of several leaves out.</summary>
    public static IReadOnlyList<Risk> FirstOfMany { get; } = [new Risk(null, "PLANS_ON",
        "The planner plans on after these steps: what later rounds do, cost and take is not known, and bounded by "
            + "the contract.")];

    /// <summary>The bounds of a run whose plan is not known: at least one answer, at most the budget.</summary>
    public static Contracts.Runs.Simulation Of(RunSettings settings, PlanningTerms terms)
    {
        var contract = settings.Contract;
        var affordable = terms.WorstCost <= contract.Budget;
        var rounds = settings.Planner?.Mode == PlannerMode.Iterative
            ? contract.MaxPlannerRounds
            : Math.Min(contract.MaxPlannerRounds, 1 + Math.Min(terms.MaxRepairs, contract.MaxPlanRepairs));
        return new Contracts.Runs.Simulation
        {
            Feasible = affordable,
            BudgetOk = false,
            EstimatedCost = terms.ExpectedCost,
            WorstCost = affordable ? contract.Budget : terms.WorstCost,
            EstimatedLatencyMs = terms.ExpectedLatencyMs,
            WorstAttempts = contract.MaxAttempts,
            WorstPlannerRounds = rounds,
            Code = affordable ? null : ErrorCodes.BudgetExceeded,
            Risks =
            [
                new Risk(
                    null, "PLAN_UNKNOWN",
                    $"A model makes the plan when the run starts, so only bounds are known: planning is "
                    + $"expected to cost {terms.ExpectedCost.Cents} cents a round, and may "
                    + $"cost {terms.WorstCost.Cents} cents in each of up "
                    + $"to {rounds} rounds; the steps may cost what is left of {contract.Budget.Cents} cents."),
            ],
        };
    }
}
