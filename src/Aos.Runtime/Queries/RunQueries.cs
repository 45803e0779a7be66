using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aos.Abstractions.Skills;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Failures;

namespace Aos.Runtime.Queries;

/// <summary>The questions that an agent asks about its own run, answered from its state. Pure.</summary>
internal static class RunQueries
{
    private sealed record Query(Func<QueryContext, JsonNode?> Answer, params string[] Arguments);

    private const string StepArgument = "step_id";

    private static readonly FrozenDictionary<string, Query> Known =
        new Dictionary<string, Query>(StringComparer.Ordinal)
        {
            ["remaining_budget_cents"] = new(context => Number(context.State.Free)),
            ["what_did_i_try_already"] = new(WhatDidITry),
            ["allowed_skills"] = new(context => Names(Allowed(context))),
            ["skills_available_for_goal"] = new(SkillsForGoal, "goal"),
            ["last_step_outcome"] = new(LastStepOutcome),
            ["why_did_step_fail"] = new(WhyDidStepFail, StepArgument),
            ["capabilities"] = new(Capabilities),
            ["resource_contract"] = new(context => Node(ContractOf(context))),
            ["similar_failures"] = new(SimilarFailures, "code"),
            ["pending_approvals"] = new(PendingApprovals),
            ["pending_settlements"] = new(PendingSettlements),
            ["cost_breakdown"] = new(CostBreakdown),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names of the queries, in order.</summary>
    public static IReadOnlyList<string> AllNames { get; } = [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What is wrong with the arguments of a query; null where nothing is, or there is no such
    /// query.</summary>
    public static Problem? Refuse(string name, QueryContext context)
    {
        if (!Known.TryGetValue(name, out var query) || context.Arguments is not { } arguments) return null;
        var known = query.Arguments.Length == 0
            ? "it takes none" : $"it takes '{string.Join("', '", query.Arguments)}'";
        if (arguments.Element.ValueKind != JsonValueKind.Object)
            return new Problem(
                "", ErrorCodes.InvalidArgument, $"The arguments of '{name}' must be an object; {known}.");
        foreach (var member in arguments.Element.EnumerateObject())
        {
            var pointer = $"/{member.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            if (!query.Arguments.Contains(member.Name, StringComparer.Ordinal))
                return new Problem(
                    pointer, ErrorCodes.InvalidArgument, $"'{name}' has no argument '{member.Name}'; {known}.");
            if (member.Value.ValueKind != JsonValueKind.String)
                return new Problem(
                    pointer, ErrorCodes.InvalidArgument, $"The argument '{member.Name}' of '{name}' must be a text.");
        }
        return context.Argument(StepArgument) is { } step
            && context.State.Steps.All(one => one.Program.Id.Value != step)
            ? new Problem($"/{StepArgument}", ErrorCodes.UnknownStep, NoSuchStep(context.State, step))
            : null;
    }

    /// <summary>That a run has no step of a name, and which it has.</summary>
    public static string NoSuchStep(RunState state, string step) =>
        $"Run {state.Submitted!.RunId} has no step '{step}'; "
        + (state.Steps.IsEmpty ? "it has no plan yet."
            : $"its steps are '{string.Join("', '", state.Steps.Select(one => one.Program.Id.Value))}'.");

    /// <summary>Why a call cannot be settled, with those calls of its step that can; null where it can.</summary>
    public static string? WhyNotSettled(StepState step, int? item)
    {
        var waiting = step.Calls.Where(call => call.Phase == CallPhase.AwaitingSettlement).ToList();
        if (waiting.Exists(call => call.Key.Item == item)) return null;
        var name = new CallKey(step.Program.Id, item);
        if (waiting.Count == 0)
            return $"{name} does not wait to be settled; step '{step.Program.Id}' is {Snake(step.Standing)}.";
        if (waiting[0].Key.Item is null)
            return $"Step '{step.Program.Id}' is not done for items: settle it without an item.";
        var items = string.Join(", ", waiting.Select(call => call.Key.Item));
        var which = waiting.Count == 1 ? $"item {items} waits" : $"items {items} wait";
        return item is null
            ? $"Step '{step.Program.Id}' is done for each item, and {which} to be settled: say which."
            : $"{name} does not wait to be settled; {which}.";
    }

    /// <summary>Answers a query; false where there is none of that name.</summary>
    public static bool TryAnswer(string name, QueryContext context, out Payload answer)
    {
        answer = Payload.Null;
        if (!Known.TryGetValue(name, out var query)) return false;
        if (query.Answer(context) is { } node)
            answer = Payload.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(node, QueryJson.Default.JsonNode));
        return true;
    }

    /// <summary>Whether a question needs the accounts of the ledger.</summary>
    public static bool AsksForAccounts(string name) => name is "resource_contract" or "cost_breakdown";

    /// <summary>Whether a question needs the history of failures.</summary>
    public static bool AsksForRecords(string name) =>
        name is "why_did_step_fail" or "similar_failures" or "last_step_outcome";

    private static ResourceContract ContractOf(QueryContext context)
    {
        var contract = ContractOf(context.State, context.Now);
        return contract with { Remaining = contract.Remaining! with { Accounts = context.Accounts } };
    }

    /// <summary>The contract of a run with what is left of it.</summary>
    public static ResourceContract ContractOf(RunState state, DateTimeOffset now) => state.Contract with
    {
        Remaining = new Remaining
        {
            Budget = state.Free,
            LedgerHold = state.Ended is null && state.Submitted?.Hold is { } hold ? hold.Amount : null,
            Held = state.Reserved,
            Spent = state.Spent,
            Attempts = Math.Max(0, state.Contract.MaxAttempts - state.Attempts),
            PlannerRounds = Math.Max(0, state.Contract.MaxPlannerRounds - state.PlannerRounds),
            RunMs = Math.Max(0, (long)(state.Deadline - (state.Ended?.At ?? now)).TotalMilliseconds),
        },
    };

    private static JsonArray WhatDidITry(QueryContext context) =>
        new([.. Attempts(context.State).Select(pair => new JsonObject
    {
        ["step_id"] = pair.Call.Key.Step.Value,
        ["item"] = pair.Call.Key.Item,
        ["attempt"] = pair.Attempt.Number,
        ["skill"] = $"{pair.Attempt.Started.Skill}@{pair.Attempt.Started.SkillVersion}",
        ["input"] = Node((pair.Attempt.Started.Input ?? pair.Call.Input)?.Element),
        ["status"] = pair.Attempt.Returned is { } returned ? Snake(returned.Status) : pair.Attempt.IsLost
            ? "unknown" : "in_flight",
        ["code"] = pair.Attempt.Returned?.Code.Value,
        ["message"] = pair.Attempt.Returned?.Message,
        // What got lost counts with all that was held for it.
        ["cost_cents"] =
            Number(pair.Attempt.Returned?.Cost ?? (pair.Attempt.IsLost ? pair.Attempt.Started.Reserved : Money.Zero)),
    })]);

    private static JsonArray SkillsForGoal(QueryContext context)
    {
        var goal = context.Argument("goal") ?? context.State.Submitted!.Goal ?? "";
        return new(
            [.. SkillSearch.For(goal, Allowed(context).Select(skill => skill.Contract)).Select(found => new JsonObject
        {
            ["skill"] = $"{found.Skill.Name}@{found.Skill.Version}",
            ["description"] = found.Skill.Description,
            ["matches"] = new JsonArray([.. found.Words.Select(word => JsonValue.Create(word))]),
        })]);
    }

    private static JsonNode? LastStepOutcome(QueryContext context)
    {
        // Of those that ended at one moment, the last in the plan.
        var last = context.State.Steps
            .Where(step => step.IsEnded && (step.Attempts > 0 || step.Calls.Any(call => call.Wait is not null)))
            .OrderBy(step => step.EndedAt).LastOrDefault();
        // What waits to be settled has come to nothing yet, and is what everything waits for.
        var outcome = context.State.Steps.Select(step => RunReporter.Unsettled(context.State, step))
            .FirstOrDefault(one => one is not null)
            ?? (last is null ? null : RunReporter.Outcome(context.State, last));
        return outcome is null ? null : Node(Recalled(context, outcome));
    }

    private static JsonNode? WhyDidStepFail(QueryContext context)
    {
        var state = context.State;
        var step = context.Argument(StepArgument) is { } id && StepId.TryParse(id, out var stepId)
            ? state.Step(stepId)
            : state.Ended?.FailedStep is { } failed ? state.Step(failed)
            : state.Steps.FirstOrDefault(candidate => candidate.Status is OutcomeStatus.Failure or OutcomeStatus.Unknown
                || candidate.Calls.Any(call => call.Phase == CallPhase.AwaitingSettlement));
        if (step is null) return null;
        if ((RunReporter.Unsettled(state, step) ?? RunReporter.Outcome(state, step)) is not { Failure: not null } ended)
            return null;
        var outcome = Recalled(context, ended);
        return new JsonObject
        {
            ["step_id"] = step.Program.Id.Value,
            ["code"] = outcome.Code.Value,
            ["message"] = outcome.Message,
            ["cause"] = context.State.Catalog.Match(outcome.Code)?.Cause,
            ["cure"] = context.State.Catalog.Match(outcome.Code)?.Cure,
            ["failure"] = Node(outcome.Failure!),
            ["recovery"] = outcome.Execution?.Skill is { } skill
                && FailureHistory.Find(context.Records, skill, outcome.Code) is { } record
                ? Node(record) : null,
            ["attempts"] = new JsonArray(
                [.. step.Calls.SelectMany(call => call.History.Select(attempt => (call, attempt)))
                    .Select(pair => new JsonObject
            {
                ["item"] = pair.call.Key.Item,
                ["attempt"] = pair.attempt.Number,
                ["code"] = pair.attempt.Returned?.Code.Value
                    ?? (pair.attempt.IsLost ? ErrorCodes.AttemptLost.Value : null),
                ["message"] = pair.attempt.Returned?.Message,
                ["retried_after_ms"] = pair.attempt.Retry?.DelayMs,
            })]),
        };
    }

    private static JsonObject Capabilities(QueryContext context) => new()
    {
        ["skills"] = Names(Allowed(context)),
        ["permissions"] = new JsonArray([.. Allowed(context).SelectMany(skill => skill.Contract.Permissions)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => JsonValue.Create(name))]),
        ["network"] = new JsonArray([.. context.State.Contract.Network.Select(entry => JsonValue.Create(entry))]),
        ["queries"] = new JsonArray([.. AllNames.Select(name => JsonValue.Create(name))]),
        ["contract"] = Node(ContractOf(context.State, context.Now)),
    };

    private static JsonArray SimilarFailures(QueryContext context)
    {
        var wanted = context.Argument("code");
        return new([.. Attempts(context.State)
            .Where(pair => pair.Attempt.Returned is { Status: OutcomeStatus.Failure } returned
                && (wanted is null || returned.Code.Value == wanted))
            .GroupBy(pair => (pair.Attempt.Started.Skill, pair.Attempt.Returned!.Code))
            .Select(group => new JsonObject
            {
                ["skill"] = group.Key.Skill.Value,
                ["code"] = group.Key.Code.Value,
                ["times"] = group.Count(),
                ["recovered"] =
                    group.Select(pair => pair.Call).Distinct().Count(call => call.Status == OutcomeStatus.Success),
                ["suggestions"] =
                    new JsonArray([.. RunReporter.Explain(context.State.Catalog, group.Key.Code, null).Suggestions
                    .Select(text => JsonValue.Create(text))]),
                ["recovery"] = FailureHistory.Find(context.Records, group.Key.Skill, group.Key.Code) is { } record
                    ? Node(record) : null,
            })]);
    }

    // What became of such failures before, which the run alone cannot know.
    private static StructuredOutcome Recalled(QueryContext context, StructuredOutcome outcome)
    {
        if (outcome is not { Failure: { } failure, Execution.Skill: { } skill }) return outcome;
        var record = FailureHistory.Find(context.Records, skill, outcome.Code);
        return outcome with
        {
            Failure = failure with { SimilarPastFailures = record?.Failures ?? 0, PastRecoveryRate = record?.Rate },
        };
    }

    private static JsonArray PendingApprovals(QueryContext context) => new([.. context.State.Steps
        .SelectMany(step => step.Calls).Where(call => call.Approval is not null)
        .Select(call => Node<RunEvent>(call.Approval!))]);

    private static JsonArray PendingSettlements(QueryContext context) => new([.. context.State.Steps
        .SelectMany(step => step.Calls).Where(call => call.Phase == CallPhase.AwaitingSettlement)
        .Select(call => new JsonObject
        {
            ["step_id"] = call.Key.Step.Value,
            ["item"] = call.Key.Item,
            ["attempt"] = call.Attempts,
            ["skill"] = $"{call.Last!.Started.Skill}@{call.Last.Started.SkillVersion}",
            ["input"] = Node(call.Input?.Element),
            ["idempotency_key"] = Identity.IdempotencyKey(context.State.Submitted!, call.Key, call.IsFallback),
            ["cause"] = call.Last.Returned?.Code.Value ?? ErrorCodes.AttemptLost.Value,
            ["message"] = call.Last.Returned?.Message,
        })]);

    private static JsonObject CostBreakdown(QueryContext context) => new()
    {
        ["spent_cents"] = Number(context.State.Spent),
        ["held_cents"] = Number(context.State.Reserved),
        ["free_cents"] = Number(context.State.Free),
        ["limit_cents"] = Number(context.State.Limit),
        ["inherited_cents"] = context.State.Forked is null ? null : Number(context.State.Inherited),
        ["accounts"] = new JsonArray([.. context.Accounts.Select(account => Node(account))]),
        ["planning_cents"] =
            Number(context.State.Spent - context.State.Steps.Aggregate(Money.Zero, (sum, step) => sum + step.Cost)),
        ["steps"] = new JsonArray([.. context.State.Steps.Select(step => new JsonObject
        {
            ["step_id"] = step.Program.Id.Value,
            ["attempts"] = step.Attempts,
            ["cost_cents"] = Number(step.Cost),
        })]),
    };

    private static IEnumerable<ISkill> Allowed(QueryContext context) => context.Registry.All.Where(skill =>
        context.State.Contract.Skills.Any(reference => reference.Accepts(skill.Contract.Name, skill.Contract.Version)));

    private static IEnumerable<(CallState Call, AttemptRecord Attempt)> Attempts(RunState state) =>
        state.Steps.SelectMany(step => step.Calls).SelectMany(call => call.History.Select(attempt => (call, attempt)))
            .OrderBy(pair => pair.attempt.Started.At);

    private static JsonArray Names(IEnumerable<ISkill> skills) =>
        new([.. skills.Select(skill => JsonValue.Create($"{skill.Contract.Name}@{skill.Contract.Version}"))]);

    private static JsonValue Number(Money money) => JsonValue.Create(money.Cents);

    private static string Snake<T>(T status)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());

    private static JsonNode? Node<T>(T value) => JsonNode.Parse(AosJson.Write(value));

    private static JsonNode? Node(JsonElement? element) =>
        element is { } value ? JsonNode.Parse(value.GetRawText()) : null;
}

/// <summary>What a query is answered from.</summary>
/// <param name="State">The run.</param>
/// <param name="Registry">The skills that there are.</param>
/// <param name="Arguments">The arguments, an object; null for none.</param>
/// <param name="Now">The time.</param>
/// <param name="Accounts">The accounts of the ledger, for questions that need them.</param>
/// <param name="Records">How often calls recovered, for questions that need it.</param>
internal sealed record QueryContext(
    RunState State, ISkillRegistry Registry, Payload? Arguments, DateTimeOffset Now, ValueList<AccountReport> Accounts,
    IReadOnlyList<RecoveryRecord> Records)
{
    /// <summary>A text argument; null where it is absent.</summary>
    public string? Argument(string name) => Arguments?.Element is { ValueKind: JsonValueKind.Object } members
        && members.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonNode))]
internal sealed partial class QueryJson : System.Text.Json.Serialization.JsonSerializerContext;
