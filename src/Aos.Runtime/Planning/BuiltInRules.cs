using Aos.Contracts;
using Aos.Contracts.Plans;

namespace Aos.Runtime.Planning;

/// <summary>The planning rules that ship with AOS.</summary>
public static class BuiltInRules
{
    private static readonly Lazy<PlanningRules> Loaded = new(Load);
    private static readonly Lazy<RulePlanner> Compiled = new(() => RulePlanner.Create(Rules).Value
        ?? throw new InvalidOperationException("The built-in planning rules are not valid."));

    /// <summary>The rules.</summary>
    public static PlanningRules Rules => Loaded.Value;

    /// <summary>A planner of these rules alone.</summary>
    public static RulePlanner Planner => Compiled.Value;

    private static PlanningRules Load()
    {
        const string name = "Aos.Runtime.Planning.built_in_rules.json";
        using var stream = typeof(BuiltInRules).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the assembly.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return AosJson.Read<PlanningRules>(memory.ToArray());
    }
}
