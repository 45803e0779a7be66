using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Runtime.Skills;

/// <summary>The skills of a process, fixed when it is built. Immutable and thread-safe.</summary>
public sealed class SkillRegistry : ISkillRegistry
{
    private readonly FrozenDictionary<SkillName, ImmutableArray<ISkill>> _newestFirst;

    private SkillRegistry(FrozenDictionary<SkillName, ImmutableArray<ISkill>> newestFirst)
    {
        _newestFirst = newestFirst;
        All = [.. newestFirst.OrderBy(pair => pair.Key.Value, StringComparer.Ordinal).SelectMany(pair => pair.Value)];
    }

    /// <inheritdoc />
    public IReadOnlyList<ISkill> All { get; }

    /// <summary>Builds a registry.</summary>
    /// <param name="skills">The skills, in any order; several versions of one name are kept side by side.</param>
    /// <exception cref="SkillRegistrationException">A contract breaks a rule, or a version is there twice. Every
    /// mistake is named, not only the first.</exception>
    public static SkillRegistry Create(IEnumerable<ISkill> skills) =>
        TryCreate(skills, out var registry, out var problems)
        ? registry
        : throw new SkillRegistrationException(problems);

    /// <summary>Builds a registry; false where a skill cannot be registered.</summary>
    /// <param name="skills">The skills, in any order.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="problems">Every mistake; the pointer begins with the skill, as in
    /// <c>/weather@1.0.0/input_schema/type</c>.</param>
    public static bool TryCreate(IEnumerable<ISkill> skills, [NotNullWhen(true)] out SkillRegistry? registry,
        out ValueList<Problem> problems)
    {
        var found = new List<Problem>();
        var kept = new Dictionary<(SkillName, SkillVersion), ISkill>();
        foreach (var skill in skills)
        {
            var contract = skill.Contract;
            found.AddRange(SkillContractRules.Check(contract));
            if (!ReferenceEquals(contract, skill.Contract)) found.Add(Mistake(contract, "builds its contract anew each "
                + "time it is asked; keep it in a field."));
            if (!kept.TryAdd((contract.Name, contract.Version), skill))
                found.Add(Mistake(contract, "is registered twice; "
                + "give one of the two another name or version."));
        }
        problems = ValueList.From(found);
        registry = found.Count > 0 ? null : new SkillRegistry(kept.Values.GroupBy(skill => skill.Contract.Name)
            .ToFrozenDictionary(group => group.Key,
                group => group.OrderByDescending(skill => skill.Contract.Version).ToImmutableArray()));
        return registry is not null;
    }

    /// <inheritdoc />
    public bool TryResolve(SkillRef reference, [NotNullWhen(true)] out ISkill? skill)
    {
        skill = null;
        if (!_newestFirst.TryGetValue(reference.Name, out var versions)) return false;
        foreach (var candidate in versions)
        {
            if (!reference.Range.Contains(candidate.Contract.Version)) continue;
            skill = candidate;
            return true;
        }
        return false;
    }

    /// <inheritdoc />
    public bool TryGet(SkillName name, SkillVersion version, [NotNullWhen(true)] out ISkill? skill)
    {
        skill = null;
        if (!_newestFirst.TryGetValue(name, out var versions)) return false;
        foreach (var candidate in versions)
            if (candidate.Contract.Version == version) skill = candidate;
        return skill is not null;
    }

    /// <inheritdoc />
    public bool Knows(SkillName name) => _newestFirst.ContainsKey(name);

    private static Problem Mistake(SkillContract contract, string message) => new(SkillContractRules.Pointer(contract),
        ErrorCodes.InvalidArgument, $"{contract.Name}@{contract.Version} {message}");
}

/// <summary>Skills cannot be registered as they are.</summary>
public sealed class SkillRegistrationException : Exception
{
    /// <summary>Names every mistake.</summary>
    public SkillRegistrationException(ValueList<Problem> problems) : base(Describe(problems)) => Problems = problems;

    /// <summary>The mistakes, by skill and place.</summary>
    public ValueList<Problem> Problems { get; }

    private static string Describe(ValueList<Problem> problems) =>
        $"Skills cannot be "
            + $"registered: {string.Join(" | ", problems.Select(problem => $"{problem.Pointer}: {problem.Message}"))}";
}
