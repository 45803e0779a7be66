using System.Diagnostics.CodeAnalysis;
using Aos.Contracts.Skills;

namespace Aos.Abstractions.Skills;

/// <summary>The skills that can be called, several versions of each side by side. Thread-safe.</summary>
public interface ISkillRegistry
{
    /// <summary>Every skill in every version, by name and then newest first.</summary>
    IReadOnlyList<ISkill> All { get; }

    /// <summary>The highest version that a reference accepts.</summary>
    bool TryResolve(SkillRef reference, [NotNullWhen(true)] out ISkill? skill);

    /// <summary>One version.</summary>
    bool TryGet(SkillName name, SkillVersion version, [NotNullWhen(true)] out ISkill? skill);

    /// <summary>Whether a skill is there in any version.</summary>
    bool Knows(SkillName name);
}
