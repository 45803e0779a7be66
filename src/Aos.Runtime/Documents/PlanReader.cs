using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Plans;
using Aos.Contracts.Schemas;
using Aos.Runtime.Agents;
using Aos.Runtime.Budgets;
using Aos.Runtime.Skills;

namespace Aos.Runtime.Documents;

/// <summary>Reads plans.</summary>
public static class PlanReader
{
    /// <summary>Reads a plan document. Its skills and expressions are checked at submission.</summary>
    public static DocumentResult<Plan> Read(ReadOnlyMemory<byte> utf8) =>
        DocumentReader.Read<Plan>(utf8, ContractSchemas.Plan, ErrorCodes.InvalidPlan);

    /// <summary>Reads a plan document. Where its form is wrong, everything else that can be checked is checked too, so
    /// that all mistakes are named at once; a plan of good form is checked at submission.</summary>
    /// <param name="utf8">The document as UTF-8 JSON.</param>
    /// <param name="skills">The skills that there are.</param>
    /// <param name="profile">Who acts.</param>
    public static DocumentResult<Plan> Read(ReadOnlyMemory<byte> utf8, ISkillRegistry skills, AgentProfile profile)
    {
        if (StrictJson.Parse(utf8, JsonLimits.Default) is not JsonReadResult.Read { Value: var document })
            return Read(utf8);
        var read = DocumentReader.Read<Plan>(document, ContractSchemas.Plan, ErrorCodes.InvalidPlan);
        if (read.Value is not null || document.ValueKind != JsonValueKind.Object) return read;
        var draft = new PlanDraft(document);
        var check = PlanInspection.Check(draft.Plan, new CompiledSkills(skills),
            ContractFactory.Grant(new Tenancy(new TenantProfile()), profile, budget: null).Contract!);
        return DocumentResult<Plan>.Refused([.. read.Problems.Concat(check.Problems.Where(draft.Owns)).Distinct()]);
    }
}
