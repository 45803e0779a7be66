using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;
using Aos.Runtime.Policies;
using Aos.Runtime.Runs;

namespace Aos.Runtime;

/// <summary>The policies of the tenant, and what they mean for open runs.</summary>
public sealed partial class AosRuntime
{
    /// <summary>The policies that bind what is admitted from now on. Open runs keep those that they were admitted
    /// under;
    /// <see cref="TightenAsync"/> binds them to more.</summary>
    public PolicyShelf Policies
    {
        get => _admission.Policies;
        set => _admission.Policies = value;
    }

    /// <summary>The policies that bind what is admitted of a tenant from now on: its own, where they were put;
    /// otherwise
    /// <see cref="Policies"/>.</summary>
    public PolicyShelf PoliciesOf(string? tenant) => _admission.PoliciesOf(tenant);

    /// <summary>Puts a tenant's own policies in the place of <see cref="Policies"/>.</summary>
    public void PutPolicies(string tenant, PolicyShelf policies) => _admission.PutPolicies(tenant, policies);

    /// <summary>Takes a tenant's limits and calendar, for what is admitted from now on. A tenant of which nothing was
    /// taken has the defaults.</summary>
    /// <exception cref="ArgumentException">Its time zone is not known on this machine.</exception>
    public void PutTenant(TenantProfile tenant) => _services.Tenancies.Put(tenant);

    /// <summary>A tenant's limits and calendar, as they hold for what is admitted now.</summary>
    /// <param name="tenant">The tenant; null: the runtime's own.</param>
    public TenantProfile TenantOf(string? tenant) => _services.Tenancies.Of(tenant).Profile;

    /// <summary>Binds an open run to one more policy from its next attempt on. A policy can only tighten: of several
    /// the strictest holds. Calls in flight are not stopped.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="reason">Why; null where nobody says.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <returns>A success once it is durable; the owner of the run takes it up, or whoever resumes the run.</returns>
    public ValueTask<StructuredOutcome> TightenAsync(
        RunId runId, Policy policy, string by, string? reason, CancellationToken cancel) =>
        GuardAsync(async () => PolicyRules.Check(policy) is { Count: > 0 } problems
            ? _outcomes.Failure(ErrorCodes.InvalidPolicy, $"{problems[0].Pointer}: {problems[0].Message}", problems)
            : await PostAsync(runId, new RunEvent.PolicyTightened
            {
                At = _services.Now,
                Policy = policy with { Cases = [] },
                Zones = ZoneOffsets.Pin([policy], _services.Now),
                By = by,
                Reason = reason,
            }, adopt: false, cancel).ConfigureAwait(false));

    /// <summary>Which verdicts would change if a policy were another: judges the calls of past runs once more, with a
    /// candidate in place of the policy of its name, or on top where there is none.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="last">How many runs, newest first, 1 to 1,000.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <param name="tenant">Whose runs. Absent: those of all tenants.</param>
    /// <remarks>Only calls that were made or denied are judged. What a run would have done after another verdict nobody
    /// knows: its later calls are judged as they were made.</remarks>
    public ValueTask<Answer<WhatIfReport>> WhatIfAsync(
        Policy candidate, int last, CancellationToken cancel, string? tenant = null) => GuardAsync(async () =>
    {
        if (PolicyRules.Check(candidate) is { Count: > 0 } problems)
            return _outcomes.Refuse<WhatIfReport>(
                ErrorCodes.InvalidPolicy, $"{problems[0].Pointer}: {problems[0].Message}", problems);
        var rows = await _services.Store.ListRunsAsync(new RunFilter { Limit = last, Tenant = tenant }, cancel)
            .ConfigureAwait(false);
        var trial = new WhatIf(candidate with { Cases = [] }, _services.Now);
        foreach (var row in rows)
            if (await _services.Reader.ReadAsync(row.RunId, cancel).ConfigureAwait(false) is { } journal)
                trial.Read(RunState.Empty(_services.Documents), journal.Events);
        return _outcomes.Of(new WhatIfReport
        {
            Policy = candidate.Name,
            Version = candidate.Version,
            Runs = rows.Count,
            Calls = trial.Calls,
            Changes = ValueList.From(trial.Changes),
        });
    });

    /// <summary>Checks a plan without running it: everything for which a run of it by this agent would be
    /// refused.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="profile">Who acts.</param>
    /// <param name="tenant">Whose run it would be. Absent: the runtime's own tenant.</param>
    public PlanCheck Validate(Plan plan, AgentProfile profile, string? tenant = null)
    {
        var contract = ContractFactory.Grant(_services.Tenancies.Of(tenant), profile, null).Contract!;
        var check = PlanInspection.Check(plan, _services.Skills, contract);
        var (policies, problems) = PoliciesOf(tenant).Of(profile);
        if (problems.Count > 0) return new PlanCheck(null, [.. check.Problems, .. problems]);
        if (check.Pinned is not { } pinned || policies.IsEmpty) return check;
        var settings = _admission.SettingsFor(new RunRequest { Plan = plan, Profile = profile }, contract, policies);
        var denials = PlanPolicies.FindDenials(pinned, contract, settings.Policies);
        return denials.Count == 0 ? check : new PlanCheck(null, [.. check.Problems, .. denials]);
    }
}
