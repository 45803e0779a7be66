using System.Collections.Concurrent;
using System.Text.Json;
using Aos.Contracts.Values;

namespace Aos.Contracts.Schemas;

/// <summary>The schemas of the documents that users write, compiled on first use. Thread-safe.</summary>
/// <remarks>Generated from the contract records into <c>docs/schemas</c> and carried in the assembly as
/// resources.</remarks>
public static class ContractSchemas
{
    private const string Prefix = "Aos.Contracts.Schemas.";
    private const string Suffix = ".schema.json";

    private static readonly Lazy<JsonSchema> PlanFile = Of("plan");
    private static readonly Lazy<JsonSchema> AgentProfileFile = Of("agent_profile");
    private static readonly Lazy<JsonSchema> TenantFile = Of("tenant");
    private static readonly Lazy<JsonSchema> FailureCatalogFile = Of("failure_catalog");
    private static readonly Lazy<JsonSchema> SkillContractFile = Of("skill_contract");
    private static readonly Lazy<JsonSchema> PriceTableFile = Of("price_table");
    private static readonly Lazy<JsonSchema> PolicyFile = Of("policy");
    private static readonly Lazy<JsonSchema> PolicyCasesFile = Of("policy_cases");
    private static readonly Lazy<JsonSchema> PlanningRulesFile = Of("planning_rules");

    /// <summary>The schema of a <see cref="Plans.Plan"/>.</summary>
    public static JsonSchema Plan => PlanFile.Value;

    /// <summary>The schema of an <see cref="Agents.AgentProfile"/>.</summary>
    public static JsonSchema AgentProfile => AgentProfileFile.Value;

    /// <summary>The schema of a <see cref="Agents.TenantProfile"/>.</summary>
    public static JsonSchema Tenant => TenantFile.Value;

    /// <summary>The schema of a <see cref="Failures.FailureCatalog"/>.</summary>
    public static JsonSchema FailureCatalog => FailureCatalogFile.Value;

    /// <summary>The schema of a <see cref="Skills.SkillContract"/>.</summary>
    public static JsonSchema SkillContract => SkillContractFile.Value;

    /// <summary>The schema of a <see cref="Models.PriceTable"/>.</summary>
    public static JsonSchema PriceTable => PriceTableFile.Value;

    /// <summary>The schema of a <see cref="Policies.Policy"/>.</summary>
    public static JsonSchema Policy => PolicyFile.Value;

    /// <summary>The schema of <see cref="Policies.PolicyCases"/>.</summary>
    public static JsonSchema PolicyCases => PolicyCasesFile.Value;

    /// <summary>The schema of <see cref="Plans.PlanningRules"/>.</summary>
    public static JsonSchema PlanningRules => PlanningRulesFile.Value;

    private static readonly ConcurrentDictionary<string, JsonSchema> Compiled = new(StringComparer.Ordinal);

    /// <summary>The names of all published schemas, those of answers too, such as <c>run_report</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. typeof(ContractSchemas).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)
            && name.EndsWith(Suffix, StringComparison.Ordinal))
        .Select(name => name[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal)];

    /// <summary>A published schema by its name.</summary>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    public static JsonSchema Named(string name) => Compiled.GetOrAdd(name, static name => Load(Prefix + name + Suffix));

    /// <summary>The text of a published schema, for those who hand it on.</summary>
    /// <param name="name">Its name: <c>plan</c>, <c>agent_profile</c> and so on.</param>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    public static Payload TextOf(string name)
    {
        using var stream = Open(Prefix + name + Suffix);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return Payload.FromUtf8(memory.ToArray());
    }

    private static Lazy<JsonSchema> Of(string name) => new(() => Named(name));

    private static Stream Open(string resource) => typeof(ContractSchemas).Assembly.GetManifestResourceStream(resource)
        ?? throw new InvalidOperationException($"The resource {resource} is missing from the assembly.");

    private static JsonSchema Load(string resource)
    {
        using var stream = Open(resource);
        using var document = JsonDocument.Parse(stream);
        return JsonSchema.Compile(document.RootElement, SchemaOptions.Default) switch
        {
            SchemaCompilation.Compiled compiled => compiled.Schema,
            SchemaCompilation.Refused refused => throw new InvalidOperationException(
                $"The resource {resource} is no valid schema: {refused.Problems[0].Message}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
