using Aos.Contracts.Values;

namespace Aos.Contracts.Plans;

/// <summary>Rules by which goals become plans: the first whose pattern fits, and whose input is there, is
/// taken.</summary>
public sealed record PlanningRules
{
    /// <summary>The version of the rules, chosen by their author.</summary>
    public required string Version { get; init; }

    /// <summary>The rules, in the order in which they are tried; 1 to 200.</summary>
    [Bounds(1, 200)]
    public ValueList<PlanningRule> Rules { get; init; }
}

/// <summary>One rule: what goals it is for, and the plan that it makes.</summary>
public sealed record PlanningRule
{
    /// <summary>The name of the rule.</summary>
    public required string Id { get; init; }

    /// <summary>What goals it is for, in words.</summary>
    public string? Description { get; init; }

    /// <summary>A regular expression without backtracking, matched anywhere in the goal, case ignored and white space
    /// folded. Named groups can be used in the plan.</summary>
    public required string Pattern { get; init; }

    /// <summary>RFC 6901 pointers to members that the run's input must have.</summary>
    public ValueList<string> Requires { get; init; }

    /// <summary>The plan; in its strings <c>{{name}}</c> stands for the text of a named group.</summary>
    public required Payload Plan { get; init; }
}
