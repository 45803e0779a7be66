using Aos.Abstractions.Planning;
using Aos.Runtime.Planning;

namespace Aos.Cli.Invocation;

/// <summary>The rule planner, whose rules are compiled on first use: most commands plan nothing.</summary>
internal sealed class LatePlanner : IPlanner
{
    public string Id => "rule";

    public ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel) =>
        BuiltInRules.Planner.PlanAsync(request, cancel);
}
