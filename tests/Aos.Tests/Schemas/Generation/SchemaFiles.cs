using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;

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
        new("replay_report", AosJson.Of<ReplayReport>(), IsClosed: false),
    ];

    public string Path => $"docs/schemas/{Name}.schema.json";

    public JsonObject Generate() => SchemaGenerator.Generate(Info, Name, IsClosed);

    public string Text() => Generate().ToJsonString(Indented) + "\n";
}
