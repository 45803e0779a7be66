using Aos.Client.Wire;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Budgets;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;

namespace Aos.Client;

/// <content>What agents may do and spend, who may ask, and who asked.</content>
public sealed partial class AosClient
{
    /// <summary>The profiles that the server keeps, by name.</summary>
    /// <param name="cursor">From the page before; null: the first.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Answer<AgentPage>> ListAgentsAsync(string? cursor, int limit, CancellationToken cancel) =>
        _line.AskAsync<AgentPage>(Question.Get($"v1/agents").With(("limit", limit), ("cursor", cursor)), cancel);

    /// <summary>A profile that the server keeps.</summary>
    public Task<Answer<Kept<AgentProfile>>> FindAgentAsync(string agentId, CancellationToken cancel) =>
        _line.AskKeptAsync<AgentProfile>(Question.Get($"v1/agents/{agentId}"), cancel);

    /// <summary>Writes a profile, under its name.</summary>
    public Task<Answer<Kept<AgentProfile>>> PutAgentAsync(
        AgentProfile profile, Condition condition, CancellationToken cancel) =>
        _line.AskKeptAsync<AgentProfile>(
            Put($"v1/agents/{profile.AgentId}", AosJson.Write(profile), condition), cancel);

    /// <summary>Removes a profile.</summary>
    public Task<StructuredOutcome> RemoveAgentAsync(string agentId, Condition condition, CancellationToken cancel) =>
        _line.AskAsync(
            new Question(HttpMethod.Delete, Question.PathOf($"v1/agents/{agentId}")) { Condition = condition }, cancel);

    /// <summary>The policies that bind what is admitted now, by name.</summary>
    public Task<Answer<PolicyPage>> ListPoliciesAsync(CancellationToken cancel) =>
        _line.AskAsync<PolicyPage>(Question.Get($"v1/policies"), cancel);

    /// <summary>A policy.</summary>
    public Task<Answer<Kept<Policy>>> FindPolicyAsync(string name, CancellationToken cancel) =>
        _line.AskKeptAsync<Policy>(Question.Get($"v1/policies/{name}"), cancel);

    /// <summary>Writes a policy, under its name.</summary>
    public Task<Answer<Kept<Policy>>> PutPolicyAsync(Policy policy, Condition condition, CancellationToken cancel) =>
        _line.AskKeptAsync<Policy>(Put($"v1/policies/{policy.Name}", AosJson.Write(policy), condition), cancel);

    /// <summary>Removes a policy.</summary>
    public Task<StructuredOutcome> RemovePolicyAsync(string name, Condition condition, CancellationToken cancel) =>
        _line.AskAsync(
            new Question(HttpMethod.Delete, Question.PathOf($"v1/policies/{name}")) { Condition = condition }, cancel);

    /// <summary>Which calls of past runs a policy would have judged otherwise.</summary>
    /// <param name="policy">The policy; it takes the place of the one of its name.</param>
    /// <param name="last">So many runs, the newest, 1 to 1000.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Answer<WhatIfReport>> WhatIfAsync(Policy policy, int last, CancellationToken cancel) =>
        _line.AskAsync<WhatIfReport>(
            Question.Post($"v1/what_if", AosJson.Write(policy)).With(("last", last)) with { MayRepeat = true }, cancel);

    /// <summary>What the tenant, or one of its agents, may spend, holds and has spent, and who spent it.</summary>
    /// <param name="agentId">Only of this agent; null: of all.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Answer<BudgetReport>> BudgetAsync(string? agentId, CancellationToken cancel) =>
        _line.AskAsync<BudgetReport>(Question.Get($"v1/budgets").With(("agent_id", agentId)), cancel);

    /// <summary>The limits and the time zone of the tenant.</summary>
    public Task<Answer<Kept<TenantProfile>>> FindTenantAsync(CancellationToken cancel) =>
        _line.AskKeptAsync<TenantProfile>(Question.Get($"v1/tenant"), cancel);

    /// <summary>Writes the limits of the tenant, for runs that are admitted from now on.</summary>
    public Task<Answer<Kept<TenantProfile>>> PutTenantAsync(
        TenantProfile tenant, Condition condition, CancellationToken cancel) =>
        _line.AskKeptAsync<TenantProfile>(Put($"v1/tenant", AosJson.Write(tenant), condition), cancel);

    /// <summary>Who the server takes the caller for.</summary>
    public Task<Answer<Caller>> WhoAmIAsync(CancellationToken cancel) =>
        _line.AskAsync<Caller>(Question.Get($"v1/whoami"), cancel);

    /// <summary>The API keys, without their secrets.</summary>
    public Task<Answer<ApiKeyPage>> ListKeysAsync(CancellationToken cancel) =>
        _line.AskAsync<ApiKeyPage>(Question.Get($"v1/keys"), cancel);

    /// <summary>Makes an API key. It is shown this once.</summary>
    public Task<Answer<NewApiKey>> CreateKeyAsync(ApiKeySubmission key, CancellationToken cancel) =>
        _line.AskAsync<NewApiKey>(Question.Post($"v1/keys", AosJson.Write(key)), cancel);

    /// <summary>Ends an API key, at once.</summary>
    public Task<Answer<ApiKeyInfo>> RevokeKeyAsync(string keyId, CancellationToken cancel) =>
        _line.AskAsync<ApiKeyInfo>(new Question(HttpMethod.Delete, Question.PathOf($"v1/keys/{keyId}")), cancel);

    /// <summary>Replaces an API key by another with the same roles.</summary>
    public Task<Answer<NewApiKey>> RotateKeyAsync(string keyId, KeyRotation rotation, CancellationToken cancel) =>
        _line.AskAsync<NewApiKey>(Question.Post($"v1/keys/{keyId}/rotate", AosJson.Write(rotation)), cancel);

    /// <summary>The audit log, oldest first.</summary>
    /// <param name="cursor">From the page before; null: the first.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Answer<AuditPage>> ListAuditAsync(string? cursor, int limit, CancellationToken cancel) =>
        _line.AskAsync<AuditPage>(Question.Get($"v1/audit").With(("limit", limit), ("cursor", cursor)), cancel);

    private static Question Put(FormattableString path, byte[] body, Condition condition) =>
        new(HttpMethod.Put, Question.PathOf(path)) { Body = body, Condition = condition };
}
