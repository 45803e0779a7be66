using Aos.Cli.Invocation;
using Aos.Contracts;
using Aos.Contracts.Agents;

namespace Aos.Cli.Rendering;

/// <summary>Agent profiles that are kept.</summary>
internal static class AgentView
{
    public static void Show(Session session, IReadOnlyList<AgentProfile> profiles)
    {
        if (profiles.Count == 0)
            session.Screen.Error.WriteLine("No profiles are kept; `aos agents put FILE` keeps one.");
        var table = new Listing("AGENT", "SKILLS", "PLANNER", "DESCRIPTION");
        foreach (var profile in profiles)
            table.Add(
                profile.AgentId, string.Join(", ", profile.Skills), profile.Planner?.Id ?? "rule",
                profile.Description ?? "");
        table.Show(session.Screen);
    }

    /// <summary>A profile, as it is written.</summary>
    public static void Show(Session session, AgentProfile profile) =>
        session.Screen.Out.WriteLine(Plain.Of(AosJson.WriteIndented(profile), keepLines: true));
}
