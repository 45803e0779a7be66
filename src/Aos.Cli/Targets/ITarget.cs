using Aos.Cli.Invocation;
using Aos.Client;
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
using Aos.Runtime.Archives;
using Aos.Runtime.Documents;

namespace Aos.Cli.Targets;

/// <summary>What a command works on: the store of this machine, or a server. Commands and what they print do not know
/// which.</summary>
internal interface ITarget
{
    /// <summary>Begins a run, durable on return.</summary>
    ValueTask<Answer<RunReport>> SubmitAsync(RunSubmission run, string? key, CancellationToken cancel);

    /// <summary>Waits until a run has ended or waits for somebody, wherever it is worked on.</summary>
    ValueTask<Answer<RunReport>> FollowAsync(RunId run, CancellationToken cancel);

    /// <summary>Waits as <see cref="FollowAsync"/> does, but not for a process beside the target's own.</summary>
    ValueTask<Answer<RunReport>> WaitAsync(RunId run, CancellationToken cancel);

    ValueTask<Answer<RunReport>> ReportAsync(RunId run, CancellationToken cancel);

    /// <summary>Goes on with a run whose process is gone, and waits for it.</summary>
    ValueTask<Answer<RunReport>> ResumeAsync(RunId run, CancellationToken cancel);

    /// <summary>Goes on with every open run that no process works on, and waits for them.</summary>
    ValueTask<IReadOnlyList<Answer<RunReport>>> ResumeAllAsync(CancellationToken cancel);

    /// <summary>Lets a quarantined or held run go on, and waits for it.</summary>
    ValueTask<Answer<RunReport>> ReleaseAsync(RunId run, CancellationToken cancel);

    /// <summary>Begins a fork, durable on return.</summary>
    ValueTask<Answer<RunReport>> ForkAsync(RunId run, ForkSubmission fork, CancellationToken cancel);

    ValueTask<Answer<ReplayReport>> ReplayAsync(RunId run, string mode, CancellationToken cancel);

    ValueTask<StructuredOutcome> CancelAsync(RunId run, Cancellation cancellation, CancellationToken cancel);

    ValueTask<StructuredOutcome> SettleAsync(RunId run, Settlement settlement, CancellationToken cancel);

    ValueTask<StructuredOutcome> SignalAsync(RunId run, SignalSubmission signal, CancellationToken cancel);

    /// <summary>The names of the questions that a run can be asked.</summary>
    ValueTask<Answer<QueryNames>> QueriesAsync(RunId run, CancellationToken cancel);

    ValueTask<StructuredOutcome> QueryAsync(RunId run, string name, Payload? arguments, CancellationToken cancel);

    /// <summary>The events of a run.</summary>
    /// <exception cref="Invocation.Refusal">They cannot be had.</exception>
    IAsyncEnumerable<TraceLine> TraceAsync(RunId run, bool follow, CancellationToken cancel);

    /// <summary>The number of the last event that is no news to somebody who begins to watch now.</summary>
    ValueTask<long> LastSeqAsync(RunId run, CancellationToken cancel);

    /// <summary>Runs, newest first.</summary>
    ValueTask<Answer<IReadOnlyList<RunSummary>>> ListRunsAsync(
        IReadOnlyList<RunStatus> statuses, int limit, CancellationToken cancel);

    /// <summary>All runs of some statuses, newest first.</summary>
    /// <exception cref="Invocation.Refusal">They cannot be had.</exception>
    ValueTask<IReadOnlyList<RunSummary>> AllRunsAsync(IReadOnlyList<RunStatus> statuses, CancellationToken cancel);

    ValueTask<Answer<ExportedRun>> ExportAsync(RunId run, CancellationToken cancel);

    ValueTask<StructuredOutcome> ExecuteAsync(SkillCall call, string? key, CancellationToken cancel);

    ValueTask<Answer<Simulation>> SimulateAsync(RunSubmission run, CancellationToken cancel);

    ValueTask<Answer<IReadOnlyList<BudgetTrial>>> SimulateBudgetsAsync(
        RunSubmission run, IReadOnlyList<Money> budgets, CancellationToken cancel);

    /// <summary>Checks a plan. The result of a success is the pinned plan.</summary>
    ValueTask<StructuredOutcome> ValidateAsync(RunSubmission run, CancellationToken cancel);

    /// <summary>Reads a plan, and where its form is wrong names everything else that is wrong with it as
    /// well.</summary>
    ValueTask<DocumentResult<Plan>> ReadPlanAsync(ReadOnlyMemory<byte> utf8, Agent agent, CancellationToken cancel);

    /// <summary>What a profile asks for that the target does not have, by its place.</summary>
    IReadOnlyList<Problem> Examine(AgentProfile profile);

    ValueTask<Answer<SkillPage>> SkillsAsync(CancellationToken cancel);

    ValueTask<StructuredOutcome> DescribeSkillAsync(string reference, CancellationToken cancel);

    ValueTask<Answer<FailureCatalog>> CatalogAsync(CancellationToken cancel);

    ValueTask<Answer<RecoveryPage>> RecoveryAsync(CancellationToken cancel);

    /// <summary>The failed attempts of the newest runs.</summary>
    /// <exception cref="Invocation.Refusal">They cannot be had.</exception>
    IAsyncEnumerable<FailureLogEntry> FailedAttemptsAsync(int runs, CancellationToken cancel);

    ValueTask<Answer<CalibrationReport>> CalibrationAsync(int runs, CancellationToken cancel);

    /// <summary>Approval requests as they stand now, oldest first.</summary>
    ValueTask<Answer<ApprovalPage>> ApprovalsAsync(bool all, CancellationToken cancel);

    ValueTask<Answer<ApprovalSummary>> FindApprovalAsync(ApprovalId id, CancellationToken cancel);

    ValueTask<StructuredOutcome> DecideAsync(ApprovalId id, bool approved, Decision decision, CancellationToken cancel);

    /// <summary>What may be spent, is held and was spent.</summary>
    /// <param name="agentId">One agent; null: all.</param>
    /// <param name="profile">Its profile, where it was given as a file.</param>
    /// <param name="cancel">Ends the call.</param>
    ValueTask<Answer<BudgetReport>> BudgetAsync(string? agentId, AgentProfile? profile, CancellationToken cancel);

    /// <summary>Changes the limits of the tenant.</summary>
    /// <exception cref="Invocation.Refusal">They cannot be changed.</exception>
    ValueTask ChangeTenantAsync(Func<TenantProfile, TenantProfile> change, CancellationToken cancel);

    ValueTask<Answer<PolicyPage>> PoliciesAsync(CancellationToken cancel);

    ValueTask<Answer<WhatIfReport>> WhatIfAsync(Policy policy, int last, CancellationToken cancel);

    ValueTask<StructuredOutcome> TightenAsync(RunId run, Policy policy, string? reason, CancellationToken cancel);

    /// <summary>The addresses that are told what becomes of runs.</summary>
    /// <param name="tenant">The tenant, of a store; a server has that of the key.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="Invocation.Refusal">The store cannot be opened.</exception>
    ValueTask<IWebhooks> WebhooksAsync(string tenant, CancellationToken cancel);

    /// <summary>The agent profiles that are kept.</summary>
    /// <param name="tenant">The tenant, of a store; a server has that of the key.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="Invocation.Refusal">The store cannot be opened.</exception>
    ValueTask<IAgents> AgentsAsync(string tenant, CancellationToken cancel);

    /// <summary>One policy, and its ETag where it has one.</summary>
    ValueTask<Answer<Kept<Policy>>> FindPolicyAsync(string name, CancellationToken cancel);

    /// <summary>Writes a policy, under its name.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="document">Its file: a data folder keeps it as it was written.</param>
    /// <param name="condition">When it is written.</param>
    /// <param name="cancel">Ends the call.</param>
    ValueTask<Answer<Kept<Policy>>> PutPolicyAsync(
        Policy policy, SourceDocument document, Condition condition, CancellationToken cancel);

    ValueTask<StructuredOutcome> RemovePolicyAsync(string name, Condition condition, CancellationToken cancel);

    /// <summary>When the next of the waiting runs goes on, where no process would wake it then.</summary>
    ValueTask<(RunId Run, DateTimeOffset At)?> NextSleeperAsync(CancellationToken cancel);

    /// <summary>Whether this process is the one that works on a run.</summary>
    bool WorksOn(RunId run);
}
