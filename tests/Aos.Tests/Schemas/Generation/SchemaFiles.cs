using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Statistics;

namespace Aos.Tests.Schemas.Generation;

/// <summary>A published schema.</summary>
/// <param name="Name">The name of the file, without <c>.schema.json</c>.</param>
/// <param name="Info">The contract.</param>
/// <param name="IsClosed">Whether users write such documents.</param>
internal sealed record SchemaFile(string Name, JsonTypeInfo Info, bool IsClosed)
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyList<SchemaFile> All { get; } =
    [
        new("plan", AosJson.Of<Plan>(), IsClosed: true),
        new("agent_profile", AosJson.Of<AgentProfile>(), IsClosed: true),
        new("tenant", AosJson.Of<TenantProfile>(), IsClosed: true),
        new("failure_catalog", AosJson.Of<FailureCatalog>(), IsClosed: true),
        new("policy", AosJson.Of<Policy>(), IsClosed: true),
        new("policy_cases", AosJson.Of<PolicyCases>(), IsClosed: true),
        new("planning_rules", AosJson.Of<PlanningRules>(), IsClosed: true),
        new("price_table", AosJson.Of<PriceTable>(), IsClosed: true),
        new("skill_contract", AosJson.Of<SkillContract>(), IsClosed: true),
        new("resource_contract", AosJson.Of<ResourceContract>(), IsClosed: false),
        new("structured_outcome", AosJson.Of<StructuredOutcome>(), IsClosed: false),
        new("run_event", AosJson.Of<RunEvent>(), IsClosed: false),
        new("run_report", AosJson.Of<RunReport>(), IsClosed: false),
        new("simulation", AosJson.Of<Simulation>(), IsClosed: false),
        new("budget_report", AosJson.Of<BudgetReport>(), IsClosed: false),
        new("calibration_report", AosJson.Of<CalibrationReport>(), IsClosed: false),
        new("replay_report", AosJson.Of<ReplayReport>(), IsClosed: false),
        new("run_submission", AosJson.Of<RunSubmission>(), IsClosed: true),
        new("skill_call", AosJson.Of<SkillCall>(), IsClosed: true),
        new("cancellation", AosJson.Of<Cancellation>(), IsClosed: true),
        new("replay_submission", AosJson.Of<ReplaySubmission>(), IsClosed: true),
        new("fork_submission", AosJson.Of<ForkSubmission>(), IsClosed: true),
        new("signal_submission", AosJson.Of<SignalSubmission>(), IsClosed: true),
        new("settlement", AosJson.Of<Settlement>(), IsClosed: true),
        new("query_submission", AosJson.Of<QuerySubmission>(), IsClosed: true),
        new("tightening", AosJson.Of<Tightening>(), IsClosed: true),
        new("decision", AosJson.Of<Decision>(), IsClosed: true),
        new("api_key_submission", AosJson.Of<ApiKeySubmission>(), IsClosed: true),
        new("key_rotation", AosJson.Of<KeyRotation>(), IsClosed: true),
        new("webhook_submission", AosJson.Of<WebhookSubmission>(), IsClosed: true),
        new("webhook_rotation", AosJson.Of<WebhookRotation>(), IsClosed: true),
        new("webhook_info", AosJson.Of<WebhookInfo>(), IsClosed: false),
        new("new_webhook", AosJson.Of<NewWebhook>(), IsClosed: false),
        new("webhook_page", AosJson.Of<WebhookPage>(), IsClosed: false),
        new("webhook_message", AosJson.Of<WebhookMessage>(), IsClosed: false),
        new("webhook_delivery", AosJson.Of<WebhookDelivery>(), IsClosed: false),
        new("webhook_delivery_page", AosJson.Of<WebhookDeliveryPage>(), IsClosed: false),
        new("problem_document", AosJson.Of<ProblemDocument>(), IsClosed: false),
        new("run_page", AosJson.Of<RunPage>(), IsClosed: false),
        new("approval_summary", AosJson.Of<ApprovalSummary>(), IsClosed: false),
        new("approval_page", AosJson.Of<ApprovalPage>(), IsClosed: false),
        new("skill_page", AosJson.Of<SkillPage>(), IsClosed: false),
        new("agent_page", AosJson.Of<AgentPage>(), IsClosed: false),
        new("policy_page", AosJson.Of<PolicyPage>(), IsClosed: false),
        new("budget_question", AosJson.Of<BudgetQuestion>(), IsClosed: true),
        new("budget_trials", AosJson.Of<BudgetTrials>(), IsClosed: false),
        new("recovery_page", AosJson.Of<RecoveryPage>(), IsClosed: false),
        new("what_if_report", AosJson.Of<WhatIfReport>(), IsClosed: false),
        new("query_names", AosJson.Of<QueryNames>(), IsClosed: false),
        new("server_status", AosJson.Of<ServerStatus>(), IsClosed: false),
        new("caller", AosJson.Of<Caller>(), IsClosed: false),
        new("new_api_key", AosJson.Of<NewApiKey>(), IsClosed: false),
        new("api_key_info", AosJson.Of<ApiKeyInfo>(), IsClosed: false),
        new("api_key_page", AosJson.Of<ApiKeyPage>(), IsClosed: false),
        new("audit_page", AosJson.Of<AuditPage>(), IsClosed: false),
    ];

    public string Path => $"docs/schemas/{Name}.schema.json";

    public JsonObject Generate() => SchemaGenerator.Generate(Info, Name, IsClosed);

    public string Text() => Generate().ToJsonString(Indented) + "\n";
}
