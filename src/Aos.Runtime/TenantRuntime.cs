using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Statistics;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Runtime.Archives;
using Aos.Runtime.Policies;
using Aos.Runtime.Runs;

namespace Aos.Runtime;

/// <summary>The runtime as one tenant sees it: what belongs to another tenant is not there. Whoever serves several
/// tenants hands each caller its own, and nothing else. Thread-safe.</summary>
/// <param name="runtime">The runtime of all of them.</param>
/// <param name="store">Its store.</param>
/// <param name="tenant">The tenant.</param>
public sealed class TenantRuntime(AosRuntime runtime, IStore store, string tenant)
{
    /// <summary>The tenant.</summary>
    public string Tenant => tenant;

    /// <summary>The failure catalog.</summary>
    public FailureCatalog Catalog => runtime.Catalog;

    /// <summary>The contracts of the skills, by name and version.</summary>
    public IEnumerable<SkillContract> Skills => runtime.Skills.All.Select(skill => skill.Contract)
        .OrderBy(contract => contract.Name.Value, StringComparer.Ordinal).ThenBy(contract => contract.Version);

    /// <inheritdoc cref="AosRuntime.SubmitAsync"/>
    public ValueTask<Answer<RunReport>> SubmitAsync(RunRequest request, CancellationToken cancel) =>
        runtime.SubmitAsync(request with { Tenant = tenant }, cancel);

    /// <inheritdoc cref="AosRuntime.ExecuteAsync"/>
    public ValueTask<StructuredOutcome> ExecuteAsync(ExecuteRequest request, CancellationToken cancel) =>
        runtime.ExecuteAsync(request with { Tenant = tenant }, cancel);

    /// <inheritdoc cref="AosRuntime.SimulateAsync"/>
    public ValueTask<Answer<Contracts.Runs.Simulation>> SimulateAsync(RunRequest request, CancellationToken cancel) =>
        runtime.SimulateAsync(request with { Tenant = tenant }, cancel);

    /// <inheritdoc cref="AosRuntime.SimulateBudgetsAsync"/>
    public ValueTask<Answer<IReadOnlyList<BudgetTrial>>> SimulateBudgetsAsync(
        RunRequest request, IReadOnlyList<Money> budgets, CancellationToken cancel) =>
        runtime.SimulateBudgetsAsync(request with { Tenant = tenant }, budgets, cancel);

    /// <inheritdoc cref="AosRuntime.Validate"/>
    public PlanCheck Validate(Plan plan, AgentProfile profile) => runtime.Validate(plan, profile, tenant);

    /// <inheritdoc cref="AosRuntime.PoliciesOf"/>
    public PolicyShelf Policies => runtime.PoliciesOf(tenant);

    /// <inheritdoc cref="AosRuntime.TenantOf"/>
    public TenantProfile Limits => runtime.TenantOf(tenant);

    /// <inheritdoc cref="AosRuntime.WhatIfAsync"/>
    public ValueTask<Answer<WhatIfReport>> WhatIfAsync(Policy candidate, int last, CancellationToken cancel) =>
        runtime.WhatIfAsync(candidate, last, cancel, tenant);

    /// <inheritdoc cref="AosRuntime.TightenAsync"/>
    public ValueTask<StructuredOutcome> TightenAsync(
        RunId run, Policy policy, string by, string? reason, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.TightenAsync(run, policy, by, reason, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.BudgetAsync"/>
    public ValueTask<Answer<BudgetReport>> BudgetAsync(
        string? agent, AgentProfile? profile, CancellationToken cancel) =>
        runtime.BudgetAsync(agent, profile, cancel, tenant);

    /// <inheritdoc cref="AosRuntime.RecoveryAsync"/>
    public ValueTask<Answer<IReadOnlyList<RecoveryRecord>>> RecoveryAsync(CancellationToken cancel) =>
        runtime.RecoveryAsync(cancel, tenant);

    /// <inheritdoc cref="AosRuntime.CalibrationAsync"/>
    public ValueTask<Answer<CalibrationReport>> CalibrationAsync(int runsMax, CancellationToken cancel) =>
        runtime.CalibrationAsync(runsMax, cancel, tenant);

    /// <inheritdoc cref="AosRuntime.FailureLogAsync"/>
    public IAsyncEnumerable<FailureLogEntry> FailureLogAsync(int runsMax, CancellationToken cancel) =>
        runtime.FailureLogAsync(runsMax, cancel, tenant);

    /// <inheritdoc cref="AosRuntime.DescribeSkillAsync"/>
    public ValueTask<StructuredOutcome> DescribeSkillAsync(string reference, CancellationToken cancel) =>
        runtime.DescribeSkillAsync(reference, cancel, tenant);

    /// <inheritdoc cref="AosRuntime.FollowAsync"/>
    public ValueTask<Answer<RunReport>> FollowAsync(RunId run, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.FollowAsync(run, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.ReportAsync"/>
    public ValueTask<Answer<RunReport>> ReportAsync(RunId run, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.ReportAsync(run, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.BeginResumeAsync"/>
    public ValueTask<Answer<RunReport>> BeginResumeAsync(RunId run, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.BeginResumeAsync(run, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.BeginReleaseAsync"/>
    public ValueTask<Answer<RunReport>> BeginReleaseAsync(RunId run, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.BeginReleaseAsync(run, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.ReplayAsync"/>
    public ValueTask<Answer<ReplayReport>> ReplayAsync(RunId run, string mode, string by, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.ReplayAsync(run, mode, cancel, by), cancel);

    /// <inheritdoc cref="AosRuntime.ForkAsync"/>
    public ValueTask<Answer<RunReport>> ForkAsync(ForkRequest request, CancellationToken cancel) =>
        OfRunAsync(request.RunId, () => runtime.ForkAsync(request, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.ExportAsync"/>
    public ValueTask<Answer<ExportedRun>> ExportAsync(RunId run, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.ExportAsync(run, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.CancelAsync"/>
    public ValueTask<StructuredOutcome> CancelAsync(RunId run, string by, string? reason, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.CancelAsync(run, by, reason, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.SettleAsync"/>
    public ValueTask<StructuredOutcome> SettleAsync(RunId run, StepId step, int? item, bool happened, Payload? result,
        string by, string? reason, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.SettleAsync(run, step, item, happened, result, by, reason, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.SignalAsync"/>
    public ValueTask<StructuredOutcome> SignalAsync(
        RunId run, SignalName name, Payload? data, string by, string? key, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.SignalAsync(run, name, data, by, key, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.QueryAsync"/>
    public ValueTask<StructuredOutcome> QueryAsync(
        RunId run, string name, Payload? arguments, CancellationToken cancel) =>
        OfRunAsync(run, () => runtime.QueryAsync(run, name, arguments, cancel), cancel);

    /// <summary>The events of a run after one of them. Nothing where the run is another tenant's.</summary>
    public IAsyncEnumerable<TraceLine> TraceAsync(RunId run, long afterSeq, bool follow, CancellationToken cancel) =>
        runtime.TraceAsync(run, afterSeq, follow, cancel).OnlyIf(() => OwnsAsync(run, cancel), cancel);

    /// <inheritdoc cref="AosRuntime.ListRunsAsync"/>
    public ValueTask<Answer<IReadOnlyList<RunRow>>> ListRunsAsync(RunFilter filter, CancellationToken cancel) =>
        runtime.ListRunsAsync(filter with { Tenant = tenant }, cancel);

    /// <summary>Approval requests of this tenant, oldest first, as they stand now.</summary>
    public async ValueTask<Answer<IReadOnlyList<ApprovalRow>>> ListApprovalsAsync(
        bool openOnly, CancellationToken cancel)
    {
        var all = await runtime.ListApprovalsAsync(openOnly, cancel).ConfigureAwait(false);
        return all with { Value = all.Value is null ? null : [.. all.Value.Where(row => row.Tenant == tenant)] };
    }

    /// <summary>One approval request as it stands now.</summary>
    public async ValueTask<Answer<ApprovalRow>> FindApprovalAsync(ApprovalId id, CancellationToken cancel)
    {
        var found = await runtime.FindApprovalAsync(id, cancel).ConfigureAwait(false);
        return found.Value is { } row && row.Tenant != tenant ? runtime.UnknownApproval(id) : found;
    }

    /// <inheritdoc cref="AosRuntime.DecideAsync(ApprovalDecision, CancellationToken)"/>
    public async ValueTask<StructuredOutcome> DecideAsync(ApprovalDecision decision, CancellationToken cancel)
    {
        var found = await FindApprovalAsync(decision.Id, cancel).ConfigureAwait(false);
        return found.Value is null
            ? found.Outcome
            : await runtime.DecideAsync(decision, cancel).ConfigureAwait(false);
    }

    private async ValueTask<Answer<T>> OfRunAsync<T>(
        RunId run, Func<ValueTask<Answer<T>>> call, CancellationToken cancel) where T : class
    {
        try
        {
            if (await OwnsAsync(run, cancel).ConfigureAwait(false)) return await call().ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            return new Answer<T>(null, runtime.Refuse(failure.Code, failure.Message));
        }
        return new Answer<T>(null, UnknownRun(run));
    }

    private async ValueTask<StructuredOutcome> OfRunAsync(
        RunId run, Func<ValueTask<StructuredOutcome>> call, CancellationToken cancel)
    {
        try
        {
            return await OwnsAsync(run, cancel).ConfigureAwait(false)
                ? await call().ConfigureAwait(false) : UnknownRun(run);
        }
        catch (StoreException failure)
        {
            return runtime.Refuse(failure.Code, failure.Message);
        }
    }

    // The same words as for a run that is nowhere: that another tenant has it is no business of this one.
    private StructuredOutcome UnknownRun(RunId run) =>
        runtime.Refuse(ErrorCodes.UnknownRun, $"There is no run {run} in this store; `aos runs` lists them.", run);

    private async ValueTask<bool> OwnsAsync(RunId run, CancellationToken cancel) =>
        await store.FindRunAsync(run, cancel).ConfigureAwait(false) is { } row && row.Tenant == tenant;
}

internal static class ConditionalSequences
{
    /// <summary>The sequence, or nothing where the condition does not hold.</summary>
    public static async IAsyncEnumerable<T> OnlyIf<T>(this IAsyncEnumerable<T> items, Func<ValueTask<bool>> condition,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        if (!await condition().ConfigureAwait(false)) yield break;
        await foreach (var item in items.WithCancellation(cancel).ConfigureAwait(false)) yield return item;
    }
}
