using System.Text;
using System.Text.Json;
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
using Aos.Runtime.Archives;
using Aos.Runtime.Documents;

namespace Aos.Cli.Targets;

/// <summary>A server, which works on its runs by itself.</summary>
internal sealed class RemoteTarget(AosClient client, TimeProvider time) : ITarget, IDisposable
{
    private const string PlanPrefix = "/plan";
    private const string TrialPrefix = "/run/plan";

    public async ValueTask<Answer<RunReport>> SubmitAsync(RunSubmission run, string? key, CancellationToken cancel) =>
        Placed(await client.SubmitAsync(run, key, cancel).ConfigureAwait(false));

    public async ValueTask<Answer<RunReport>> FollowAsync(RunId run, CancellationToken cancel) =>
        await client.FollowAsync(run, cancel).ConfigureAwait(false);

    public ValueTask<Answer<RunReport>> WaitAsync(RunId run, CancellationToken cancel) => FollowAsync(run, cancel);

    public async ValueTask<Answer<RunReport>> ReportAsync(RunId run, CancellationToken cancel) =>
        await client.ReportAsync(run, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<RunReport>> ResumeAsync(RunId run, CancellationToken cancel)
    {
        var taken = await client.ResumeAsync(run, cancel).ConfigureAwait(false);
        return taken.Value is null ? taken : await client.FollowAsync(run, cancel).ConfigureAwait(false);
    }

    // A server takes on what has no process by itself, and again and again.
    public ValueTask<IReadOnlyList<Answer<RunReport>>> ResumeAllAsync(CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<Answer<RunReport>>>([]);

    public async ValueTask<Answer<RunReport>> ReleaseAsync(RunId run, CancellationToken cancel)
    {
        var released = await client.ReleaseAsync(run, cancel).ConfigureAwait(false);
        return released.Value is null ? released : await client.FollowAsync(run, cancel).ConfigureAwait(false);
    }

    public async ValueTask<Answer<RunReport>> ForkAsync(RunId run, ForkSubmission fork, CancellationToken cancel) =>
        await client.ForkAsync(run, fork, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<ReplayReport>> ReplayAsync(RunId run, string mode, CancellationToken cancel) =>
        await client.ReplayAsync(run, new ReplaySubmission { Mode = mode }, cancel).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> CancelAsync(
        RunId run, Cancellation cancellation, CancellationToken cancel) =>
        await client.CancelAsync(run, cancellation, cancel).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> SettleAsync(RunId run, Settlement settlement, CancellationToken cancel) =>
        await client.SettleAsync(run, settlement, cancel).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> SignalAsync(
        RunId run, SignalSubmission signal, CancellationToken cancel) =>
        await client.SignalAsync(run, signal, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<QueryNames>> QueriesAsync(RunId run, CancellationToken cancel) =>
        await client.ListQueriesAsync(run, cancel).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> QueryAsync(
        RunId run, string name, Payload? arguments, CancellationToken cancel) =>
        await client.QueryAsync(run, name, arguments, cancel).ConfigureAwait(false);

    public IAsyncEnumerable<TraceLine> TraceAsync(RunId run, bool follow, CancellationToken cancel) =>
        (follow ? client.EventsAsync(run, 0, cancel) : client.TraceAsync(run, 0, cancel)).RefusingAsync(Refuse, cancel);

    public async ValueTask<long> LastSeqAsync(RunId run, CancellationToken cancel)
    {
        var last = 0L;
        await foreach (var line in TraceAsync(run, follow: false, cancel).ConfigureAwait(false)) last = line.Seq;
        return last;
    }

    public async ValueTask<Answer<IReadOnlyList<RunSummary>>> ListRunsAsync(
        IReadOnlyList<RunStatus> statuses, int limit, CancellationToken cancel)
    {
        var page = await client.ListRunsAsync(statuses, null, null, limit, cancel).ConfigureAwait(false);
        return new Answer<IReadOnlyList<RunSummary>>(page.Value?.Items, page.Outcome);
    }

    public async ValueTask<IReadOnlyList<RunSummary>> AllRunsAsync(
        IReadOnlyList<RunStatus> statuses, CancellationToken cancel)
    {
        var runs = new List<RunSummary>();
        for (string? cursor = null; ;)
        {
            var page = Session.Require(
                await client.ListRunsAsync(statuses, null, cursor, 1_000, cancel).ConfigureAwait(false));
            runs.AddRange(page.Items);
            if (page.NextCursor is null) return runs;
            cursor = page.NextCursor;
        }
    }

    // What came over the wire is read as a whole before anything is written.
    public async ValueTask<Answer<ExportedRun>> ExportAsync(RunId run, CancellationToken cancel)
    {
        var file = await client.ExportAsync(run, cancel).ConfigureAwait(false);
        return file.Value is { } bytes
            ? AosRuntime.ReadExport(bytes, time)
            : new Answer<ExportedRun>(null, file.Outcome);
    }

    public async ValueTask<StructuredOutcome> ExecuteAsync(SkillCall call, string? key, CancellationToken cancel) =>
        await client.ExecuteAsync(call, key, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<Simulation>> SimulateAsync(RunSubmission run, CancellationToken cancel) =>
        Placed(await client.SimulateAsync(run, cancel).ConfigureAwait(false));

    public async ValueTask<Answer<IReadOnlyList<BudgetTrial>>> SimulateBudgetsAsync(
        RunSubmission run, IReadOnlyList<Money> budgets, CancellationToken cancel)
    {
        var answer = Placed(
            await client.SimulateBudgetsAsync(new BudgetQuestion { Run = run, Budgets = [.. budgets] }, cancel)
                .ConfigureAwait(false));
        return new Answer<IReadOnlyList<BudgetTrial>>(answer.Value?.Items, answer.Outcome);
    }

    public async ValueTask<StructuredOutcome> ValidateAsync(RunSubmission run, CancellationToken cancel) =>
        Placed(await client.ValidateAsync(run, cancel).ConfigureAwait(false));

    // The skills of a server are known there, so that it says what else is wrong with a plan that cannot be sent as
    // one.
    public async ValueTask<DocumentResult<Plan>> ReadPlanAsync(
        ReadOnlyMemory<byte> utf8, Agent agent, CancellationToken cancel)
    {
        var read = PlanReader.Read(utf8);
        if (read.Value is not null || DocumentReader.ReadValue(utf8).Value is null) return read;
        var answer = await client.ValidateTextAsync(Submission(utf8, agent), cancel).ConfigureAwait(false);
        var told = (answer.Failure?.Details ?? []).Where(problem => IsIn(PlanPrefix, problem)).ToList();
        // It may be away, or refuse the key: what is known here is wrong with the plan all the same.
        return told.Count == 0 ? read : DocumentResult<Plan>.Refused([.. told.Select(problem => Placed(problem))]);
    }

    private static byte[] Submission(ReadOnlyMemory<byte> plan, Agent agent)
    {
        using var memory = new MemoryStream();
        memory.Write("{\"plan\":"u8);
        memory.Write(plan.Span);
        if (agent.Id is { } id)
        {
            memory.Write(",\"agent_id\":"u8);
            memory.Write(Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(id)}\""));
        }
        if (agent.Sent is { } profile)
        {
            memory.Write(",\"profile\":"u8);
            memory.Write(AosJson.Write(profile));
        }
        memory.WriteByte((byte)'}');
        return memory.ToArray();
    }

    // What the server does not have it says itself.
    public IReadOnlyList<Problem> Examine(AgentProfile profile) => [];

    public async ValueTask<Answer<SkillPage>> SkillsAsync(CancellationToken cancel) =>
        await client.ListSkillsAsync(cancel).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> DescribeSkillAsync(string reference, CancellationToken cancel) =>
        await client.DescribeSkillAsync(reference, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<FailureCatalog>> CatalogAsync(CancellationToken cancel) =>
        await client.ListFailuresAsync(cancel).ConfigureAwait(false);

    public async ValueTask<Answer<RecoveryPage>> RecoveryAsync(CancellationToken cancel) =>
        await client.RecoveryAsync(cancel).ConfigureAwait(false);

    public IAsyncEnumerable<FailureLogEntry> FailedAttemptsAsync(int runs, CancellationToken cancel) =>
        client.FailedAttemptsAsync(runs, cancel).RefusingAsync(Refuse, cancel);

    public async ValueTask<Answer<CalibrationReport>> CalibrationAsync(int runs, CancellationToken cancel) =>
        await client.CalibrationAsync(runs, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<ApprovalPage>> ApprovalsAsync(bool all, CancellationToken cancel) =>
        await client.ListApprovalsAsync(all, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<ApprovalSummary>> FindApprovalAsync(ApprovalId id, CancellationToken cancel) =>
        await client.FindApprovalAsync(id, cancel).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> DecideAsync(
        ApprovalId id, bool approved, Decision decision, CancellationToken cancel) => approved
        ? await client.ApproveAsync(id, decision, cancel).ConfigureAwait(false)
        : await client.RejectAsync(id, decision, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<BudgetReport>> BudgetAsync(
        string? agentId, AgentProfile? profile, CancellationToken cancel) => profile is null
        ? await client.BudgetAsync(agentId, cancel).ConfigureAwait(false)
        : throw Refusal.Argument(
            $"The server reads limits from the profile that it keeps: name the agent by its id, '{profile.AgentId}'.");

    public async ValueTask ChangeTenantAsync(Func<TenantProfile, TenantProfile> change, CancellationToken cancel)
    {
        var kept = Session.Require(await client.FindTenantAsync(cancel).ConfigureAwait(false));
        var condition = kept.ETag is { } etag ? Condition.Unchanged(etag) : Condition.Absent;
        Session.Require(await client.PutTenantAsync(change(kept.Value), condition, cancel).ConfigureAwait(false));
    }

    public async ValueTask<Answer<PolicyPage>> PoliciesAsync(CancellationToken cancel) =>
        await client.ListPoliciesAsync(cancel).ConfigureAwait(false);

    public async ValueTask<Answer<WhatIfReport>> WhatIfAsync(Policy policy, int last, CancellationToken cancel) =>
        await client.WhatIfAsync(policy, last, cancel).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> TightenAsync(
        RunId run, Policy policy, string? reason, CancellationToken cancel) =>
        await client.TightenAsync(run, policy, reason, cancel).ConfigureAwait(false);

    public ValueTask<IWebhooks> WebhooksAsync(string tenant, CancellationToken cancel) =>
        ValueTask.FromResult<IWebhooks>(new RemoteWebhooks(client));

    public ValueTask<IAgents> AgentsAsync(string tenant, CancellationToken cancel) =>
        ValueTask.FromResult<IAgents>(new RemoteAgents(client));

    public async ValueTask<Answer<Kept<Policy>>> FindPolicyAsync(string name, CancellationToken cancel) =>
        await client.FindPolicyAsync(name, cancel).ConfigureAwait(false);

    public async ValueTask<Answer<Kept<Policy>>> PutPolicyAsync(
        Policy policy, SourceDocument document, Condition condition, CancellationToken cancel) =>
        await client.PutPolicyAsync(policy, condition, cancel).ConfigureAwait(false);

    public async ValueTask<StructuredOutcome> RemovePolicyAsync(
        string name, Condition condition, CancellationToken cancel) =>
        await client.RemovePolicyAsync(name, condition, cancel).ConfigureAwait(false);

    public ValueTask<(RunId Run, DateTimeOffset At)?> NextSleeperAsync(CancellationToken cancel) =>
        ValueTask.FromResult<(RunId, DateTimeOffset)?>(null);

    public bool WorksOn(RunId run) => false;

    public void Dispose() => client.Dispose();

    private static Refusal? Refuse(Exception failure) =>
        failure is AosServerException refused ? new Refusal(refused.Outcome) : null;

    private static Answer<T> Placed<T>(Answer<T> answer) where T : class =>
        answer.Value is null ? answer with { Outcome = Placed(answer.Outcome) } : answer;

    // Places in the body of the request, as places in the plan that was in it.
    private static StructuredOutcome Placed(StructuredOutcome outcome) =>
        outcome.Failure is not { Details.IsEmpty: false } failure ? outcome : outcome with
        {
            Failure = failure with
            {
                Details = ValueList.From(failure.Details.Select(Placed)),
            },
        };

    private static Problem Placed(Problem problem) => IsIn(PlanPrefix, problem) ? Stripped(problem, PlanPrefix)
        : IsIn(TrialPrefix, problem) ? Stripped(problem, TrialPrefix)
        : problem;

    // Lines are those of the body, which nobody wrote.
    private static Problem Stripped(Problem problem, string prefix) =>
        problem with { Pointer = problem.Pointer[prefix.Length..], Line = null, Column = null };

    private static bool IsIn(string prefix, Problem problem) =>
        problem.Pointer == prefix || problem.Pointer.StartsWith(prefix + "/", StringComparison.Ordinal);
}
