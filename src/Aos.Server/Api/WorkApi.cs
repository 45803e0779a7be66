using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Access;

namespace Aos.Server.Api;

/// <summary>What is asked before anything runs, and single calls.</summary>
internal static class WorkApi
{
    public static IEnumerable<Operation> All =>
    [
        new() { Id = "simulate", Method = "POST", Path = "/v1/simulate", Tag = "plans", Right = Rights.RunsRead,
            Answer = SimulateAsync,
            Summary = "Foresee what a run would cost, take and need, without running it.", Body = "run_submission",
            Result = "simulation" },
        new() { Id = "simulate_budgets", Method = "POST", Path = "/v1/simulate/budgets", Tag = "plans",
            Right = Rights.RunsRead, Answer = BudgetsAsync,
            Summary = "Foresee a run under several budgets, whatever the profile allows a run.",
            Body = "budget_question", Result = "budget_trials" },
        new() { Id = "validate_plan", Method = "POST", Path = "/v1/validate", Tag = "plans", Right = Rights.RunsRead,
            Answer = ValidateAsync,
            Summary = "Check a plan without running it, and name every mistake.", Body = "run_submission",
            Result = "structured_outcome" },
        new() { Id = "execute", Method = "POST", Path = "/v1/execute", Tag = "skills", Right = Rights.RunsWrite,
            Answer = ExecuteAsync,
            Summary = "Call one skill under a contract. A call that was made is answered with its outcome, also "
                + "where it failed.",
            Body = "skill_call", Result = "structured_outcome", TakesKey = true, Parameters = [Parameter.Key] },
    ];

    private static async Task<Reply> SimulateAsync(Call call)
    {
        var request = await RunsApi.RequestAsync(call).ConfigureAwait(false);
        var answer = await call.Runtime.SimulateAsync(request, call.Cancel).ConfigureAwait(false);
        return answer.Value is { } simulation
            ? Reply.Ok(simulation)
            : new Reply.Refused(call.PlacePlan(answer.Outcome));
    }

    private static async Task<Reply> BudgetsAsync(Call call)
    {
        var body = await call.ReadSubmissionAsync<BudgetQuestion>("/run").ConfigureAwait(false);
        var request = await call.RequestAsync(body.Run, "/run").ConfigureAwait(false);
        var answer = await call.Runtime.SimulateBudgetsAsync(request, body.Budgets, call.Cancel).ConfigureAwait(false);
        return answer.Value is { } trials
            ? Reply.Ok(new BudgetTrials { Items = [.. trials] })
            : new Reply.Refused(call.PlacePlan(answer.Outcome, "/run/plan"));
    }

    private static async Task<Reply> ValidateAsync(Call call)
    {
        var request = await RunsApi.RequestAsync(call).ConfigureAwait(false);
        if (request.Plan is not { } plan)
            throw call.Refuse(ErrorCodes.InvalidArgument, "A plan is what can be checked.");
        var (check, runtime) = (call.Runtime.Validate(plan, request.Profile), call.Server.Runtime);
        if (check.Pinned is { } pinned)
            return Reply.Of(
                runtime.Succeed(Payload.FromUtf8(AosJson.Write(pinned))) with { Message = "The plan is valid." });
        var gap = AosRuntime.GapCode(check.Problems);
        var count = check.Problems.Length == 1 ? "a mistake" : $"{check.Problems.Length} mistakes";
        return new Reply.Refused(call.PlacePlan(runtime.Refuse(gap ?? ErrorCodes.InvalidPlan,
            gap is not null ? check.Problems[0].Message : $"The plan has {count}.", problems: check.Problems)));
    }

    private static async Task<Reply> ExecuteAsync(Call call)
    {
        var body = await call.ReadAsync<SkillCall>().ConfigureAwait(false);
        var request = await call.RequestAsync(body, call.Key()).ConfigureAwait(false);
        var outcome = await call.Runtime.ExecuteAsync(request, call.Cancel).ConfigureAwait(false);
        return outcome.StepId is not null ? new Reply.Json(AosJson.Write(outcome)) : new Reply.Refused(outcome);
    }
}
