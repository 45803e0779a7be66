using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Schemas;
using Aos.Runtime.Documents;

namespace Aos.Runtime.Planning;

/// <summary>Reads planning rules, in YAML or JSON: schema first, then their patterns and placeholders. Every mistake is
/// named by its place; nothing throws.</summary>
public static class PlanningRulesReader
{
    /// <summary>Reads rules. A document that begins with a brace is JSON, any other is YAML.</summary>
    public static DocumentResult<PlanningRules> Read(ReadOnlyMemory<byte> utf8)
    {
        var read = SettingsReader.Read<PlanningRules>(utf8, ContractSchemas.PlanningRules, ErrorCodes.InvalidProfile);
        return read.Value is { } rules && Check(rules) is { Count: > 0 } mistakes
            ? DocumentResult<PlanningRules>.Refused(mistakes)
            : read;
    }

    /// <summary>What is wrong with rules, by its place; empty where nothing is.</summary>
    public static IReadOnlyList<Problem> Check(PlanningRules rules) =>
        [.. RulePlanner.Create(rules).Problems.Select(problem => problem with { Code = ErrorCodes.InvalidProfile })];

    /// <summary>A profile with rules in the place of the file that it names.</summary>
    public static AgentProfile Inline(AgentProfile profile, PlanningRules rules) =>
        profile with { Planner = profile.Planner! with { Rules = new PlanningRulesSource.Inline(rules) } };
}
