using Aos.Abstractions.Planning;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Schemas;
using Aos.Runtime.Documents;
using Aos.Runtime.Planning;

namespace Aos.Cli.Invocation;

/// <summary>The planners that this program offers.</summary>
internal static class Planners
{
    /// <summary>The rule planner: the rules of the agent's profile first, then the built-in ones.</summary>
    /// <exception cref="Refusal">The file of rules cannot be read or breaks a rule.</exception>
    public static async ValueTask<IPlanner> RuleAsync(Agent? agent, CancellationToken cancel)
    {
        if (agent is not { Profile.Planner.Rules: { } file }) return new BuiltIn();
        var path = Path.GetFullPath(file, agent.Folder ?? Environment.CurrentDirectory);
        var document = await Documents.ReadAsync(path, "file of planning rules", ErrorCodes.InvalidProfile, cancel)
            .ConfigureAwait(false);
        var rules = DocumentReader.Read<PlanningRules>(document.Utf8, ContractSchemas.PlanningRules, ErrorCodes.InvalidProfile);
        if (rules.Value is null)
            throw Documents.Refuse(ErrorCodes.InvalidProfile, "file of planning rules", document, rules.Problems);
        var planner = RulePlanner.Create(rules.Value, BuiltInRules.Rules);
        return planner.Value
            ?? throw Documents.Refuse(ErrorCodes.InvalidProfile, "file of planning rules", document, planner.Problems);
    }

    // Compiles the rules on first use: most commands plan nothing.
    private sealed class BuiltIn : IPlanner
    {
        public string Id => "rule";

        public ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel) =>
            BuiltInRules.Planner.PlanAsync(request, cancel);
    }
}
