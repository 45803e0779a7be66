using System.Diagnostics.CodeAnalysis;
using Aos.Abstractions.Skills;
using Aos.Contracts.Skills;

namespace Aos.Runtime.Skills;

/// <summary>The skills of a host and those of the runtime itself. A host's skill of the same name stands in the place
/// of the runtime's. Thread-safe.</summary>
/// <param name="host">The skills of the host; looked at only when somebody asks.</param>
/// <param name="own">The runtime's own.</param>
internal sealed class OfferedSkills(ISkillRegistry host, ISkill own) : ISkillRegistry
{
    private readonly Lazy<IReadOnlyList<ISkill>> _all = new(() => host.Knows(own.Contract.Name)
        ? host.All
        : [.. host.All.Append(own).OrderBy(skill => skill.Contract.Name.Value, StringComparer.Ordinal)]);

    /// <inheritdoc />
    public IReadOnlyList<ISkill> All => _all.Value;

    /// <inheritdoc />
    public bool TryResolve(SkillRef reference, [NotNullWhen(true)] out ISkill? skill)
    {
        skill = IsOwn(reference.Name) && reference.Range.Contains(own.Contract.Version) ? own : null;
        return skill is not null || host.TryResolve(reference, out skill);
    }

    /// <inheritdoc />
    public bool TryGet(SkillName name, SkillVersion version, [NotNullWhen(true)] out ISkill? skill)
    {
        skill = IsOwn(name) && version == own.Contract.Version ? own : null;
        return skill is not null || host.TryGet(name, version, out skill);
    }

    /// <inheritdoc />
    public bool Knows(SkillName name) => name == own.Contract.Name || host.Knows(name);

    private bool IsOwn(SkillName name) => name == own.Contract.Name && !host.Knows(name);
}
