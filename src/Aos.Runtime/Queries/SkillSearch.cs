using Aos.Contracts.Skills;

namespace Aos.Runtime.Queries;

/// <summary>Finds skills by the words of a goal: names and tags count more than descriptions.</summary>
internal static class SkillSearch
{
    private const int NameOrTag = 3;

    /// <summary>The skills that share words with a goal, best first; ties by name, newest version first.</summary>
    public static IReadOnlyList<(SkillContract Skill, IReadOnlyList<string> Words)> For(
        string goal, IEnumerable<SkillContract> skills)
    {
        var wanted = Words(goal).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. skills.Select(skill => (skill, found: Match(wanted, skill)))
                .Where(pair => pair.found.Words.Count > 0)
                .OrderByDescending(pair => pair.found.Score)
                .ThenBy(pair => pair.skill.Name.Value, StringComparer.Ordinal)
                .ThenByDescending(pair => pair.skill.Version)
                .Select(pair => (pair.skill, pair.found.Words)),
        ];
    }

    private static (int Score, IReadOnlyList<string> Words) Match(HashSet<string> wanted, SkillContract skill)
    {
        var strong = Words($"{skill.Name} {string.Join(' ', skill.Tags)}").Where(wanted.Contains)
            .Distinct(StringComparer.Ordinal).ToList();
        var weak = Words(skill.Description).Where(wanted.Contains).Distinct(StringComparer.Ordinal)
            .Except(strong, StringComparer.Ordinal).ToList();
        return (strong.Count * NameOrTag + weak.Count, [.. strong, .. weak]);
    }

    private static IEnumerable<string> Words(string text) => text.ToLowerInvariant()
        .Split([' ', '_', '-', '.', ',', ';', ':', '\'', '"', '(', ')', '/', '?', '!', '\n', '\t'],
            StringSplitOptions.RemoveEmptyEntries)
        .Where(word => word.Length > 2);
}
