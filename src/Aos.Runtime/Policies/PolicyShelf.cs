using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;

namespace Aos.Runtime.Policies;

/// <summary>The policies of a tenant: those that bind every run, and those that profiles name. Immutable.</summary>
public sealed class PolicyShelf
{
    private readonly ValueList<Policy> _policies;

    private PolicyShelf(ValueList<Policy> policies) => _policies = policies;

    /// <summary>No policies.</summary>
    public static PolicyShelf Empty { get; } = new([]);

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<Policy> All => _policies;

    /// <summary>What is said where there is no policy of a name.</summary>
    public static string Unknown(string name) => $"There is no policy '{name}'; `aos policy list` lists them.";

    /// <summary>A policy, as the begin of a sentence.</summary>
    public static string What(string name) => $"The policy '{name}'";

    /// <summary>Puts policies on a shelf.</summary>
    /// <exception cref="ArgumentException">One breaks a rule, or two have the same name.</exception>
    public static PolicyShelf Create(IEnumerable<Policy> policies)
    {
        var all = ValueList.From(policies.OrderBy(policy => policy.Name, StringComparer.Ordinal));
        for (var i = 0; i < all.Count; i++)
        {
            if (PolicyRules.Check(all[i]) is [var broken, ..])
                throw new ArgumentException(
                    $"Policy '{all[i].Name}': {broken.Pointer}: {broken.Message}", nameof(policies));
            if (i > 0 && all[i].Name == all[i - 1].Name)
                throw new ArgumentException($"Two policies are named '{all[i].Name}'.", nameof(policies));
        }
        return new PolicyShelf(all);
    }

    /// <summary>The policies that bind every run, without those that bind it already.</summary>
    internal ValueList<Policy> Beyond(PolicySet? known) => ValueList.From(_policies
        .Where(policy => policy.Scope is not PolicyScope.Named).Select(policy => policy with { Cases = [] })
        .Where(policy => known?.Holds(policy) != true));

    /// <summary>The policies that bind the runs of a profile, or what is wrong with what the profile names.</summary>
    internal (ValueList<Policy> Policies, IReadOnlyList<Problem> Problems) Of(AgentProfile profile)
    {
        if (_policies.IsEmpty && profile.Policies.IsEmpty) return ([], []);
        var problems = new List<Problem>();
        var bound = _policies.Where(policy => policy.Scope is not PolicyScope.Named).ToList();
        for (var i = 0; i < profile.Policies.Count; i++)
        {
            var pointer = $"/policies/{i}";
            switch (profile.Policies[i])
            {
                case PolicySource.Inline { Policy: var policy }:
                    problems.AddRange(PolicyRules.Check(policy, pointer));
                    bound.Add(policy);
                    break;
                case PolicySource.Named { Name: var name } when Find(name) is { } policy: bound.Add(policy); break;
                case PolicySource.Named { Name: var name }:
                    problems.Add(new Problem(pointer, ErrorCodes.UnknownPolicy, $"There is no policy '{name}'"
                        + (_policies.IsEmpty ? "; this store keeps none."
                            : $"; there are {string.Join(", ", _policies.Select(one => one.Name))}.")));
                    break;
                default: throw new System.Diagnostics.UnreachableException();
            }
        }
        // Cases are for tests, and decide nothing.
        return (ValueList.From(bound.Select(policy => policy with { Cases = [] }).Distinct()
            .OrderBy(policy => policy.Name, StringComparer.Ordinal).ThenBy(policy => policy.Version)), problems);
    }

    private Policy? Find(string name) => _policies.FirstOrDefault(policy => policy.Name == name);
}
