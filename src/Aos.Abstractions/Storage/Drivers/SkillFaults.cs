using Aos.Contracts.Values;

namespace Aos.Abstractions.Storage.Drivers;

/// <summary>What can be wrong with a recorded version of a skill.</summary>
internal static class SkillFaults
{
    /// <summary>What is wrong with one; null where nothing is.</summary>
    public static string? Of(SkillRow skill) => Digest.Of(skill.Contract.Span) == skill.Digest
        ? null
        : $"The recorded contract of {skill.Name}@{skill.Version} has another digest than it is recorded with.";
}
