using Aos.Contracts.Agents;
using Aos.Contracts.Skills;

namespace Aos.Runtime.Agents;

/// <summary>The profiles that AOS knows of itself.</summary>
public static class AgentProfiles
{
    /// <summary>What holds where no profile is given: the standard skills, public hosts, 100 cents a run.</summary>
    public static AgentProfile Default { get; } = new()
    {
        AgentId = "default",
        Description = "The built-in profile: standard skills, public hosts, 100 cents a run.",
        Skills = [SkillRef.Parse("http_call@1"), SkillRef.Parse("json_transform@1"), SkillRef.Parse("runtime_query@1")],
        Network = new NetworkSpec { Allow = ["*"] },
    };
}
