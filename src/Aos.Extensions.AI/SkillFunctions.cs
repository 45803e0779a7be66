using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime;
using Microsoft.Extensions.AI;

namespace Aos.Extensions.AI;

/// <summary>What holds for the functions that skills are given out as.</summary>
public sealed record SkillFunctionOptions
{
    /// <summary>The most that one call may cost. Absent: what the profile says of a run.</summary>
    public Money? PerCallBudget { get; init; }

    /// <summary>The most that all calls of these functions may cost together. Absent: no limit but those of the profile
    /// and of the tenant. Under a limit, calls that can cost something are made one after another.</summary>
    public Money? TotalBudget { get; init; }

    /// <summary>Which of the profile's skills are given out. Absent: all.</summary>
    public Func<SkillContract, bool>? Where { get; init; }

    /// <summary>Names a call, so that the same name is never called twice: the identity that the host has for the tool
    /// call, for instance. Absent: each call is a call of its own.</summary>
    public Func<AIFunctionArguments, string?>? KeyOf { get; init; }

    /// <summary>Is told how each call ended, in the words of AOS: its run, its cost, its code. Called once for each
    /// call, before the model gets its answer. Default: nobody.</summary>
    public Action<StructuredOutcome>? OnOutcome { get; init; }

    /// <summary>Whose calls they are. Absent: the tenant of the runtime.</summary>
    public string? Tenant { get; init; }
}

/// <summary>Gives skills to chat clients of Microsoft.Extensions.AI.</summary>
public static class SkillFunctions
{
    private const int NameMax = 64;

    /// <summary>The skills that a profile allows, as functions. Each call is a run of one step: under the profile's
    /// contract and budget, the policies, and approval where one is needed; journaled, and found again by its
    /// run.</summary>
    /// <remarks>What is refused or fails is no exception but an answer that a model can read: an object with
    /// <c>status</c>, <c>code</c>, <c>message</c> and <c>run_id</c>. Only cancellation throws. A name of a skill
    /// becomes one of a function by <c>_</c> for what functions cannot have; where two would be the same, the second
    /// gets
    /// <c>_v</c> and its major version. The functions are thread-safe.</remarks>
    /// <param name="runtime">The runtime.</param>
    /// <param name="profile">Who acts.</param>
    /// <param name="options">What else holds. Default: nothing.</param>
    public static IReadOnlyList<AIFunction> AsFunctions(
        this AosRuntime runtime, AgentProfile profile, SkillFunctionOptions? options = null)
    {
        options ??= new SkillFunctionOptions();
        var purse = options.TotalBudget is { } total ? new Purse(total) : null;
        var functions = new List<AIFunction>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var pins = new HashSet<(SkillName, SkillVersion)>();
        foreach (var reference in profile.Skills)
        {
            if (!runtime.Skills.TryResolve(reference, out ISkill? skill)) continue;
            var contract = skill.Contract;
            if (!pins.Add((contract.Name, contract.Version)) || options.Where?.Invoke(contract) == false) continue;
            functions.Add(
                new SkillFunction(runtime, profile, reference, contract, NameFor(contract, names), options, purse));
        }
        return functions;
    }

    private static string NameFor(SkillContract contract, HashSet<string> taken)
    {
        var plain = contract.Name.Value.Replace('.', '_');
        if (taken.Add(plain)) return plain;
        var ending = $"_v{contract.Version.Major}";
        var numbered = string.Concat(plain.AsSpan(0, Math.Min(plain.Length, NameMax - ending.Length)), ending);
        return taken.Add(numbered) ? numbered
            : throw new ArgumentException(
                $"Two skills of the profile would be the function '{numbered}'; leave one of them out.",
                nameof(contract));
    }
}
