using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Client;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Statistics;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Agents;
using Aos.Runtime.Archives;
using Aos.Runtime.Documents;
using Aos.Runtime.Policies;
using Aos.Runtime.Runs;

namespace Aos.Cli.Targets;

/// <summary>The store of this machine, worked on in this process. Lists need the store alone; anything else the
/// runtime, which the command has opened.</summary>
internal sealed class LocalTarget(Session session) : ITarget
{
    private AosRuntime Runtime => session.Runtime;

    public ValueTask<Answer<RunReport>> SubmitAsync(RunSubmission run, string? key, CancellationToken cancel) =>
        Runtime.SubmitAsync(RequestOf(run) with { IdempotencyKey = key }, cancel);

    public ValueTask<Answer<RunReport>> FollowAsync(RunId run, CancellationToken cancel) =>
        Runtime.FollowAsync(run, cancel);

    public ValueTask<Answer<RunReport>> WaitAsync(RunId run, CancellationToken cancel) =>
        Runtime.WaitAsync(run, cancel);

    public ValueTask<Answer<RunReport>> ReportAsync(RunId run, CancellationToken cancel) =>
        Runtime.ReportAsync(run, cancel);

    public async ValueTask<Answer<RunReport>> ResumeAsync(RunId run, CancellationToken cancel) =>
        (await Runtime.ResumeAsync(run, cancel).ConfigureAwait(false))[0];

    public ValueTask<IReadOnlyList<Answer<RunReport>>> ResumeAllAsync(CancellationToken cancel) =>
        Runtime.ResumeAsync(null, cancel);

    public ValueTask<Answer<RunReport>> ReleaseAsync(RunId run, CancellationToken cancel) =>
        Runtime.ReleaseAsync(run, cancel);

    public ValueTask<Answer<RunReport>> ForkAsync(RunId run, ForkSubmission fork, CancellationToken cancel) =>
        Runtime.ForkAsync(new ForkRequest
        {
            RunId = run,
            Seq = fork.Seq,
            Step = fork.StepId,
            Edits = [.. fork.Edits.Select(edit => new ForkEdit(edit.Path, edit.Value))],
            By = session.User,
            Reason = fork.Reason,
        }, cancel);

    public ValueTask<Answer<ReplayReport>> ReplayAsync(RunId run, string mode, CancellationToken cancel) =>
        Runtime.ReplayAsync(run, mode, cancel);

    public ValueTask<StructuredOutcome> CancelAsync(RunId run, Cancellation cancellation, CancellationToken cancel) =>
        Runtime.CancelAsync(run, session.User, cancellation.Reason, cancel);

    public ValueTask<StructuredOutcome> SettleAsync(RunId run, Settlement settlement, CancellationToken cancel) =>
        Runtime.SettleAsync(
        run, settlement.StepId, settlement.Item, settlement.Happened, settlement.Result, session.User,
        settlement.Reason, cancel);

    public ValueTask<StructuredOutcome> SignalAsync(RunId run, SignalSubmission signal, CancellationToken cancel) =>
        Runtime.SignalAsync(run, signal.Name, signal.Data, session.User, signal.Key, cancel);

    public ValueTask<Answer<QueryNames>> QueriesAsync(RunId run, CancellationToken cancel) =>
        Found(new QueryNames { Items = [.. AosRuntime.Queries] });

    public ValueTask<StructuredOutcome> QueryAsync(
        RunId run, string name, Payload? arguments, CancellationToken cancel) =>
        Runtime.QueryAsync(run, name, arguments, cancel);

    public IAsyncEnumerable<TraceLine> TraceAsync(RunId run, bool follow, CancellationToken cancel) =>
        Runtime.TraceAsync(run, follow, cancel).RefusingAsync(Refuse, cancel);

    public async ValueTask<long> LastSeqAsync(RunId run, CancellationToken cancel)
    {
        var row = await session.ReadAsync(store => store.FindRunAsync(run, cancel), cancel).ConfigureAwait(false);
        // A run that this process has begun is all news.
        return row is { Epoch: > 1 } || row?.Status == RunStatus.Waiting ? row.Seq : 0;
    }

    public async ValueTask<Answer<IReadOnlyList<RunSummary>>> ListRunsAsync(
        IReadOnlyList<RunStatus> statuses, int limit, CancellationToken cancel)
    {
        var filter = new RunFilter { Statuses = statuses, Limit = limit };
        var rows = await session.ReadAsync([], store => store.ListRunsAsync(filter, cancel), cancel)
            .ConfigureAwait(false);
        return await Found<IReadOnlyList<RunSummary>>([.. rows.Select(Summaries.Of)]).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<RunSummary>> AllRunsAsync(
        IReadOnlyList<RunStatus> statuses, CancellationToken cancel)
    {
        var runs = new List<RunSummary>();
        while (true)
        {
            var filter =
                new RunFilter { Statuses = statuses, Before = runs.Count == 0 ? null : runs[^1].RunId, Limit = 1_000 };
            var page = await session.ReadAsync([], store => store.ListRunsAsync(filter, cancel), cancel)
                .ConfigureAwait(false);
            runs.AddRange(page.Select(Summaries.Of));
            if (page.Count < filter.Limit) return runs;
        }
    }

    public ValueTask<Answer<ExportedRun>> ExportAsync(RunId run, CancellationToken cancel) =>
        Runtime.ExportAsync(run, cancel);

    public ValueTask<StructuredOutcome> ExecuteAsync(SkillCall call, string? key, CancellationToken cancel) =>
        Runtime.ExecuteAsync(new ExecuteRequest
        {
            Skill = call.Skill,
            Input = call.Input ?? Payload.Empty,
            Profile = call.Profile ?? AgentProfiles.Default,
            Budget = call.Budget,
            TimeoutMs = call.TimeoutMs,
            MaxAttempts = call.MaxAttempts,
            IdempotencyKey = key,
        }, cancel);

    public ValueTask<Answer<Simulation>> SimulateAsync(RunSubmission run, CancellationToken cancel) =>
        Runtime.SimulateAsync(RequestOf(run), cancel);

    public ValueTask<Answer<IReadOnlyList<BudgetTrial>>> SimulateBudgetsAsync(
        RunSubmission run, IReadOnlyList<Money> budgets, CancellationToken cancel) =>
        Runtime.SimulateBudgetsAsync(RequestOf(run), budgets, cancel);

    public ValueTask<StructuredOutcome> ValidateAsync(RunSubmission run, CancellationToken cancel)
    {
        var check = Runtime.Validate(run.Plan!, run.Profile ?? AgentProfiles.Default);
        return ValueTask.FromResult(check.Pinned is { } pinned
            ? Runtime.Succeed(Payload.FromUtf8(AosJson.Write(pinned))) with { Message = "The plan is valid." }
            : Runtime.Refuse(
                AosRuntime.GapCode(check.Problems) ?? ErrorCodes.InvalidPlan, check.Problems[0].Message,
                problems: check.Problems));
    }

    public ValueTask<DocumentResult<Plan>> ReadPlanAsync(
        ReadOnlyMemory<byte> utf8, Agent agent, CancellationToken cancel) =>
        ValueTask.FromResult(PlanReader.Read(utf8, session.Skills, agent.Profile));

    public IReadOnlyList<Problem> Examine(AgentProfile profile) => Runtime.Examine(profile);

    public ValueTask<Answer<SkillPage>> SkillsAsync(CancellationToken cancel) =>
        Found(new SkillPage { Items = [.. session.Skills.Contracts] });

    public ValueTask<StructuredOutcome> DescribeSkillAsync(string reference, CancellationToken cancel) =>
        Runtime.DescribeSkillAsync(reference, cancel);

    public async ValueTask<Answer<FailureCatalog>> CatalogAsync(CancellationToken cancel) =>
        await Found(await CatalogFile.ReadAsync(session.Data, cancel).ConfigureAwait(false)).ConfigureAwait(false);

    public async ValueTask<Answer<RecoveryPage>> RecoveryAsync(CancellationToken cancel)
    {
        if (!session.HasStore) return await Found(new RecoveryPage { Items = [] }).ConfigureAwait(false);
        await session.OpenAsync(null, cancel).ConfigureAwait(false);
        var answer = await Runtime.RecoveryAsync(cancel).ConfigureAwait(false);
        return new Answer<RecoveryPage>(
            answer.Value is { } records ? new RecoveryPage { Items = [.. records] } : null, answer.Outcome);
    }

    public IAsyncEnumerable<FailureLogEntry> FailedAttemptsAsync(int runs, CancellationToken cancel) =>
        Runtime.FailureLogAsync(runs, cancel).RefusingAsync(Refuse, cancel);

    public ValueTask<Answer<CalibrationReport>> CalibrationAsync(int runs, CancellationToken cancel) =>
        Runtime.CalibrationAsync(runs, cancel);

    public async ValueTask<Answer<ApprovalPage>> ApprovalsAsync(bool all, CancellationToken cancel)
    {
        var rows = await session.ReadAsync([], store => store.ListApprovalsAsync(openOnly: !all, cancel), cancel)
            .ConfigureAwait(false);
        return await Found(
            new ApprovalPage
            {
                Items = [.. rows.Select(row => Summaries.Of(row.StandingAt(session.Time.GetUtcNow())))]
            }).ConfigureAwait(false);
    }

    public async ValueTask<Answer<ApprovalSummary>> FindApprovalAsync(ApprovalId id, CancellationToken cancel)
    {
        var row = await session.ReadAsync(null, store => store.FindApprovalAsync(id, cancel), cancel)
            .ConfigureAwait(false)
            ?? throw Refusal.Of(
                ErrorCodes.UnknownApproval, $"There is no approval request {id}; `aos approvals` lists the open ones.");
        return await Found(Summaries.Of(row.StandingAt(session.Time.GetUtcNow()))).ConfigureAwait(false);
    }

    public ValueTask<StructuredOutcome> DecideAsync(
        ApprovalId id, bool approved, Decision decision, CancellationToken cancel) =>
        Runtime.DecideAsync(new ApprovalDecision
        {
            Id = id,
            Approved = approved,
            By = session.User,
            Reason = decision.Reason,
            Input = decision.Input,
            Binding = decision.Binding,
        }, cancel);

    public ValueTask<Answer<BudgetReport>> BudgetAsync(
        string? agentId, AgentProfile? profile, CancellationToken cancel) =>
        Runtime.BudgetAsync(agentId, profile, cancel);

    public async ValueTask ChangeTenantAsync(Func<TenantProfile, TenantProfile> change, CancellationToken cancel) =>
        await TenantFile.ChangeAsync(session.Data, change, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<PolicyPage>> PoliciesAsync(CancellationToken cancel) =>
        await Found(
            new PolicyPage
            {
                Items = [.. (await PolicyFiles.ReadAsync(session.Data, cancel).ConfigureAwait(false)).All]
            }).ConfigureAwait(false);

    public ValueTask<Answer<WhatIfReport>> WhatIfAsync(Policy policy, int last, CancellationToken cancel) =>
        Runtime.WhatIfAsync(policy, last, cancel);

    public ValueTask<StructuredOutcome> TightenAsync(
        RunId run, Policy policy, string? reason, CancellationToken cancel) =>
        Runtime.TightenAsync(run, policy, session.User, reason, cancel);

    public async ValueTask<IWebhooks> WebhooksAsync(string tenant, CancellationToken cancel) =>
        new LocalWebhooks(await RecordsAsync(tenant, cancel).ConfigureAwait(false));

    public async ValueTask<IAgents> AgentsAsync(string tenant, CancellationToken cancel) =>
        new LocalAgents(await RecordsAsync(tenant, cancel).ConfigureAwait(false));

    public async ValueTask<Answer<Kept<Policy>>> FindPolicyAsync(string name, CancellationToken cancel) =>
        (await PolicyFiles.ReadAsync(session.Data, cancel).ConfigureAwait(false)).All.FirstOrDefault(
            one => one.Name == name) is { } policy
            ? await Found(new Kept<Policy>(policy, null)).ConfigureAwait(false)
            : LocalRecords.Refuse<Kept<Policy>>(ErrorCodes.UnknownPolicy, PolicyShelf.Unknown(name));

    public async ValueTask<Answer<Kept<Policy>>> PutPolicyAsync(
        Policy policy, SourceDocument document, Condition condition, CancellationToken cancel) =>
        await PolicyFiles.PutAsync(session.Data, policy, document, condition, cancel)
            .ConfigureAwait(false) is { } refusal
            ? new Answer<Kept<Policy>>(null, refusal)
            : await Found(new Kept<Policy>(policy, null)).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> RemovePolicyAsync(
        string name, Condition condition, CancellationToken cancel) =>
        await PolicyFiles.RemoveAsync(session.Data, name, condition, cancel).ConfigureAwait(false) ?? Success();

    private async ValueTask<LocalRecords> RecordsAsync(string tenant, CancellationToken cancel) =>
        new(await session.OpenStoreAsync(cancel).ConfigureAwait(false), session, tenant);

    public async ValueTask<(RunId Run, DateTimeOffset At)?> NextSleeperAsync(CancellationToken cancel)
    {
        var filter = new RunFilter { Statuses = [RunStatus.Waiting], Limit = 1_000 };
        var waiting = await session.ReadAsync(store => store.ListRunsAsync(filter, cancel), cancel)
            .ConfigureAwait(false);
        var next = waiting.Where(row => row.WaitingFor != WaitReason.Approval && row.WakeAt is not null)
            .MinBy(row => row.WakeAt);
        return next is null ? null : (next.RunId, next.WakeAt!.Value);
    }

    public bool WorksOn(RunId run) => Runtime.OpenRuns.Contains(run);

    private static RunRequest RequestOf(RunSubmission run) => new()
    {
        Goal = run.Goal,
        Plan = run.Plan,
        Input = run.Input ?? Payload.Empty,
        Profile = run.Profile ?? AgentProfiles.Default,
        Budget = run.Budget,
    };

    private static Refusal? Refuse(Exception failure) =>
        failure is StoreException store ? Refusal.Of(store.Code, store.Message) : null;

    private ValueTask<Answer<T>> Found<T>(T value) where T : class =>
        ValueTask.FromResult(new Answer<T>(value, Success()));

    private StructuredOutcome Success() => new()
    {
        Status = OutcomeStatus.Success,
        Code = ErrorCodes.Ok,
        Timestamp = session.Time.GetUtcNow(),
    };
}
