using Aos.Contracts.Agents;
using Aos.Contracts.Plans;

namespace Aos.Kernel.Policies;

/// <summary>Which skills a contract allows. What it does not allow is denied.</summary>
public static class Permissions
{
    /// <summary>Whether the contract allows a skill in this version.</summary>
    public static bool Allow(ResourceContract contract, SkillPin skill)
    {
        foreach (var reference in contract.Skills)
            if (reference.Accepts(skill.Name, skill.Version)) return true;
        return false;
    }

    /// <summary>What would have to be allowed.</summary>
    public static string Gap(ResourceContract contract, SkillPin skill) =>
        $"Agent '{contract.AgentId}' may not call {skill.Name}@{skill.Version}; add '{skill.Name}@{skill.Version.Major}' "
        + "to `skills` of its profile.";
}
