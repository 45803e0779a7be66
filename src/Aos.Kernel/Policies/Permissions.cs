using Aos.Contracts.Agents;
using Aos.Contracts.Skills;

namespace Aos.Kernel.Policies;

/// <summary>Which skills a contract allows. What it does not allow is denied.</summary>
public static class Permissions
{
    /// <summary>Whether the contract allows a skill in this version.</summary>
    public static bool Allow(ResourceContract contract, SkillName name, SkillVersion version)
    {
        foreach (var reference in contract.Skills)
            if (reference.Accepts(name, version)) return true;
        return false;
    }

    /// <summary>What would have to be allowed.</summary>
    public static string Gap(ResourceContract contract, SkillName name, SkillVersion version) =>
        $"Agent '{contract.AgentId}' may not call {name}@{version}; add '{name}@{version.Major}' to `skills` of its "
            + "profile.";
}
