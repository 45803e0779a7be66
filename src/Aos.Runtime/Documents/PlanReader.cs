using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Schemas;

namespace Aos.Runtime.Documents;

/// <summary>Reads plans.</summary>
public static class PlanReader
{
    /// <summary>Reads a plan document. Its skills and expressions are checked at submission.</summary>
    public static DocumentResult<Plan> Read(ReadOnlyMemory<byte> utf8) =>
        DocumentReader.Read<Plan>(utf8, ContractSchemas.Plan, ErrorCodes.InvalidPlan);
}
