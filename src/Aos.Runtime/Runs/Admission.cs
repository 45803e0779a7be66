using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Aos.Abstractions.Planning;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;
using Aos.Runtime.Budgets;
using Aos.Runtime.Documents;
using Aos.Runtime.Effects;
using Aos.Runtime.Policies;
using Aos.Runtime.Telemetry;

namespace Aos.Runtime.Runs;

/// <summary>A request that may run, or why it may not.</summary>
/// <param name="Submitted">The first fact of the run.</param>
/// <param name="Documents">The documents that it names.</param>
/// <param name="IsFree">Whether its plan costs nothing, so that the ledger has no part in it.</param>
internal sealed record Admitted(RunEvent.RunSubmitted Submitted, IReadOnlyList<Blob> Documents, bool IsFree);

/// <summary>Admits requests: checks goal, plan and rights, grants the contract, and fixes everything that decides how
/// the run goes.</summary>
internal sealed class Admission(RunServices services, Outcomes outcomes, IRunIdSource ids, PolicyShelf shelf)
{
    private const int GoalCharactersMax = 4_000;

    // Agents submit the same few profiles and plans over and over: what they come to is remembered as long as they
    // live.
    private readonly ConditionalWeakTable<AgentProfile, GrantedSettings> _granted = [];
    private readonly ConditionalWeakTable<Plan, AcceptedPlan> _accepted = [];
    private readonly ConcurrentDictionary<string, PolicyShelf> _byTenant = new(StringComparer.Ordinal);
    private PolicyShelf _shelf = shelf;

    /// <summary>The policies that bind what is admitted from now on.</summary>
    public PolicyShelf Policies
    {
        get => Volatile.Read(ref _shelf);
        set => Volatile.Write(ref _shelf, value);
    }

    /// <summary>The policies that bind what is admitted of a tenant from now on.</summary>
    public PolicyShelf PoliciesOf(string? tenant) =>
        _byTenant.TryGetValue(tenant ?? services.Tenancies.Own, out var own) ? own : Policies;

    /// <summary>Puts a tenant's own policies in the place of those of all.</summary>
    public void PutPolicies(string tenant, PolicyShelf policies) => _byTenant[tenant] = policies;

    /// <summary>Admits a request, or says what is wrong with it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="refuseGaps">Whether a plan with skills that the profile does not allow is refused; a simulation
    /// shows them instead.</param>
    public Answer<Admitted> Admit(RunRequest request, bool refuseGaps)
    {
        if (request.Plan is null && string.IsNullOrWhiteSpace(request.Goal))
            return outcomes.Refuse<Admitted>(
                ErrorCodes.PlannerInvalidGoal, "The goal is blank. State what is to be reached, or give a plan.");
        if (request.Goal?.Length > GoalCharactersMax)
            return outcomes.Refuse<Admitted>(ErrorCodes.PlannerInvalidGoal,
                $"The goal has {request.Goal.Length} characters; at most {GoalCharactersMax} are allowed.");
        if (request.IdempotencyKey is { Length: 0 or > 256 })
            return outcomes.Refuse<Admitted>(ErrorCodes.InvalidArgument, "An idempotency key has 1 to 256 characters.");
        var (contract, problem) =
            Agents.ContractFactory.Grant(services.Tenancies.Of(request.Tenant), request.Profile, request.Budget);
        if (contract is null) return outcomes.Refuse<Admitted>(problem!.Code, problem.Message);
        var choice = request.Profile.Planner;
        if (request.Plan is null && choice is not null && !services.Planning.Knows(choice.Id))
            return outcomes.Refuse<Admitted>(ErrorCodes.UnknownPlanner,
                $"Profile '{request.Profile.AgentId}' names planner '{choice.Id}'; there "
                    + $"are {string.Join(", ", services.Planning.Ids)}.");

        if (!_granted.TryGetValue(request.Profile, out _)
            && Agents.ProfileRules.Check(request.Profile) is [var broken, ..] all)
            return outcomes.Refuse<Admitted>(ErrorCodes.InvalidProfile, $"{broken.Pointer}: {broken.Message}", all);

        var (policies, unknown) = PoliciesOf(request.Tenant).Of(request.Profile);
        if (unknown is [var missing, ..])
            return outcomes.Refuse<Admitted>(missing.Code, $"{missing.Pointer}: {missing.Message}", unknown);
        var (input, unreadable) = StrictPayload.Read(request.Input, JsonLimits.Default);
        if (input is null)
            return outcomes.Refuse<Admitted>(
                ErrorCodes.InvalidJson, $"The input is no strict JSON: {unreadable!.Pointer}: {unreadable.Message}",
                [unreadable]);
        if (request.Profile.Config is { } config && StrictPayload.CheckDocumentValue(config) is { } mistake)
            return outcomes.Refuse<Admitted>(ErrorCodes.InvalidProfile, $"/config{mistake.Pointer}: {mistake.Message}",
                [mistake with { Pointer = "/config" + mistake.Pointer }]);
        request = request with { Input = input, Goal = ForeignText.Of(request.Goal) };
        var offer = request.Plan is null ? OfferFor(request, contract) : null;
        if (offer?.Problem is { } unable)
            return outcomes.Refuse<Admitted>(unable.Code, unable.Message, unable.Pointer.Length > 0 ? [unable] : null);

        Blob? document = null;
        var isFree = false;
        if (request.Plan is { } plan)
        {
            var accepted = Accept(plan, contract);
            if (accepted.Pinned is not { } pinned)
                return RefusePlan(
                    refuseGaps ? PlanInspection.Check(plan, services.Skills, contract).Problems : accepted.Problems);
            if (refuseGaps && Gaps(pinned, contract) is { Count: > 0 } gaps)
                return outcomes.Refuse<Admitted>(PlanInspection.GapCode(gaps)!.Value, gaps[0].Message, gaps);
            if (refuseGaps && !policies.IsEmpty
                && PlanPolicies.FindDenials(pinned, contract, SettingsFor(request, contract, policies).Policies)
                    is { Count: > 0 } denials)
                return outcomes.Refuse<Admitted>(ErrorCodes.PolicyDenied, denials[0].Message, denials);
            (document, isFree) = (accepted.Document, accepted.IsFree);
        }
        var terms = request is { Plan: not null, Tainted: true } ? new PlanningTerms { Tainted = true } : offer?.Terms;
        return outcomes.Of(Fix(request, contract, terms, policies, document, isFree));
    }

    private PlannerOffer OfferFor(RunRequest request, ResourceContract contract) => services.Planning.OfferFor(
        services.Planning.RequestOf(
            request.Goal!, request.Input, contract, request.Profile.Planner, ModelsOf(request.Profile)));

    private ValueMap<ModelSpec> ModelsOf(AgentProfile profile) =>
        ValueMap.From(profile.Models.Select(model => KeyValuePair.Create(model.Key, services.Prices.Pin(model.Value))));

    private AcceptedPlan Accept(Plan plan, ResourceContract contract)
    {
        if (_accepted.TryGetValue(plan, out var known) && known.MaxSteps == contract.MaxSteps)
            return known with { Document = services.Documents.Add(known.Pinned!, known.Document!) };
        if (StrictPayload.Check(plan) is { Count: > 0 } mistakes)
            return new AcceptedPlan(contract.MaxSteps, null, null, mistakes);
        var check = PlanValidator.Validate(plan, services.Skills, contract);
        var accepted = new AcceptedPlan(contract.MaxSteps, check.Pinned,
            check.Pinned is null ? null : services.Documents.Add(check.Pinned), check.Problems)
        {
            IsFree = check.Pinned is not null && Ledger.IsFree(check.Pinned),
        };
        if (accepted.Pinned is not null) _accepted.AddOrUpdate(plan, accepted);
        return accepted;
    }

    /// <summary>The settings of a run of a plan by this profile, compiled.</summary>
    public SettingsDocument SettingsFor(RunRequest request, ResourceContract contract, ValueList<Policy> policies) =>
        services.Documents.Settings(SettingsOf(request, contract, terms: null, policies).Digest);

    private Blob SettingsOf(
        RunRequest request, ResourceContract contract, PlanningTerms? terms, ValueList<Policy> policies)
    {
        var planner = request.Plan is null ? request.Profile.Planner ?? PlannerRunner.DefaultChoice : null;
        if (_granted.TryGetValue(request.Profile, out var known) && known.Settings.Contract.Budget == contract.Budget
            && known.Settings.Contract.Tenant == contract.Tenant && known.Settings.Contract.Limits == contract.Limits
            && known.Settings.Contract.Rates == contract.Rates
            && known.Settings.Planner == planner && known.Settings.Planning == terms
            && known.Settings.Policies == policies
            && (known.Settings.Zones.IsEmpty || known.Year == services.Now.Year))
            return services.Documents.Add(known.Settings, known.Document);
        var settings = new RunSettings
        {
            RulesVersion = RunKernel.RulesVersion,
            Contract = contract,
            Catalog = services.Catalog,
            Planner = planner,
            Planning = terms,
            Workspace = request.Profile.Workspace,
            Config = request.Profile.Config,
            Models = ModelsOf(request.Profile),
            Policies = policies,
            Zones = ZoneOffsets.Pin(policies, services.Now),
        };
        var document = services.Documents.Add(settings);
        _granted.AddOrUpdate(request.Profile, new GrantedSettings(settings, document, services.Now.Year));
        return document;
    }

    private Answer<Admitted> RefusePlan(IReadOnlyList<Problem> problems) =>
        outcomes.Refuse<Admitted>(ErrorCodes.InvalidPlan,
        problems.Count == 1
            ? $"The plan is not valid: {problems[0].Pointer}: {problems[0].Message}"
            : $"The plan has {problems.Count} mistakes; first: {problems[0].Pointer}: {problems[0].Message}", problems);

    private Admitted Fix(
        RunRequest request, ResourceContract contract, PlanningTerms? terms, ValueList<Policy> policies, Blob? plan,
        bool isFree)
    {
        var settings = SettingsOf(request, contract, terms, policies);
        var id = request.IdempotencyKey is { } key ? Identity.Run(contract.Tenant, key) : ids.Next();
        var trace = RunTrace.ParentOf(request);
        return new Admitted(new RunEvent.RunSubmitted
        {
            At = services.Now,
            RunId = id,
            Tenant = contract.Tenant,
            AgentId = contract.AgentId,
            Goal = request.Goal ?? request.Plan?.Goal,
            Input = request.Input,
            Settings = settings.Digest,
            Plan = plan?.Digest,
            Request = request.IdempotencyKey is null ? null : RequestDigest(request),
            RequestedBy = request.RequestedBy,
            TraceId = trace?.TraceId ?? TraceOf(id),
            TraceParent = trace?.Header,
        }, plan is null ? [settings] : [settings, plan], isFree);
    }

    /// <summary>The trace of a run that belongs to no other.</summary>
    public static string TraceOf(RunId id) =>
        Digest.Of(System.Text.Encoding.UTF8.GetBytes(id.Value)).Hex[..32].ToString();

    /// <summary>What makes two requests under one key the same: goal, plan, input, agent.</summary>
    private static Digest RequestDigest(RunRequest request)
    {
        var plan = request.Plan is null ? "null"u8.ToArray() : AosJson.Write(request.Plan);
        var parts = string.Join('\n', request.Goal ?? "", request.Profile.AgentId,
            CanonicalJson.Sha256Hex(Payload.FromUtf8(plan).Element), CanonicalJson.Sha256Hex(request.Input.Element));
        return Digest.Of(System.Text.Encoding.UTF8.GetBytes(parts));
    }

    private static List<Problem> Gaps(PinnedPlan pinned, ResourceContract contract) =>
        PlanInspection.FindGaps(pinned.Plan, contract, reference =>
        {
            foreach (var pin in pinned.Skills)
                if (reference.Accepts(pin.Name, pin.Version)) return (pin.Name, pin.Version);
            throw new System.Diagnostics.UnreachableException();
        });

    private sealed record GrantedSettings(RunSettings Settings, Blob Document, int Year);

    private sealed record AcceptedPlan(
        int MaxSteps, PinnedPlan? Pinned, Blob? Document, IReadOnlyList<Problem> Problems)
    {
        public bool IsFree { get; init; }
    }
}
