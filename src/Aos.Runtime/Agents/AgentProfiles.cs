using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;

namespace Aos.Runtime.Agents;

/// <summary>The profiles that AOS knows of itself, and what holds for those that a store keeps.</summary>
public static class AgentProfiles
{
    /// <summary>The kind of the documents of a store that are profiles.</summary>
    public const string Kind = "agent";

    /// <summary>What holds where no profile is given: the standard skills, public hosts, 100 cents a run.</summary>
    public static AgentProfile Default { get; } = new()
    {
        AgentId = "default",
        Description = "The built-in profile: standard skills, public hosts, 100 cents a run.",
        Skills = [SkillRef.Parse("http_call@1"), SkillRef.Parse("json_transform@1"), SkillRef.Parse("runtime_query@1")],
        Network = new NetworkSpec { Allow = ["*"] },
    };

    /// <summary>Why a store does not keep a profile, by the place of each mistake; empty where it does.</summary>
    public static IReadOnlyList<Problem> CheckKept(AgentProfile profile) =>
    [
        .. profile.AgentId == Default.AgentId
            ? [new Problem("/agent_id", ErrorCodes.InvalidProfile, $"'{Default.AgentId}' is the built-in profile.")]
            : (Problem[])[],
        .. ProfileRules.CheckFiles(profile),
    ];

    /// <summary>What is said where a store keeps no profile of a name.</summary>
    public static string Unknown(string id) => $"There is no agent profile '{id}'; `aos agents list` lists them.";

    /// <summary>A profile, as the begin of a sentence.</summary>
    public static string What(string id) => $"The profile '{id}'";
}
