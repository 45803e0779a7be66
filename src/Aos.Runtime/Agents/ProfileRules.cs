using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;
using Aos.Runtime.Planning;
using Aos.Runtime.Policies;

namespace Aos.Runtime.Agents;

/// <summary>The rules of a profile that its schema does not say.</summary>
public static class ProfileRules
{
    private const string RulesPlace = "/planner/rules";

    /// <summary>Every mistake, by its place.</summary>
    public static List<Problem> Check(AgentProfile profile)
    {
        var problems = new List<Problem>();
        var entries = profile.Network?.Allow ?? [];
        for (var i = 0; i < entries.Count; i++)
            if (!NetworkEntry.TryParse(entries[i], out _))
                problems.Add(new Problem($"/network/allow/{i}", ErrorCodes.InvalidProfile,
                    $"'{entries[i]}' is not {NetworkEntry.Rule}{Hint(entries[i])}."));
        if (profile.Config is { IsComplete: true } config && SecretReference.MayBeIn(config))
            foreach (var (pointer, name) in SecretReference.Find(config.Element))
                if (name is null)
                    problems.Add(new Problem($"/config{pointer}", ErrorCodes.InvalidProfile,
                        $"A reference to a secret is {{\"{SecretReference.Member}\": \"NAME\"}} and nothing else; "
                            + $"NAME is {SecretName.Rule}."));
        CheckRates(profile.Limits?.Rates ?? [], "/limits/rates", ErrorCodes.InvalidProfile, problems);
        if (profile.Planner?.Rules is PlanningRulesSource.Inline { Rules: var rules })
            problems.AddRange(
                PlanningRulesReader.Check(rules)
                    .Select(problem => problem with { Pointer = RulesPlace + problem.Pointer }));
        ModelRules.Check(profile, problems);
        for (var i = 0; i < profile.Policies.Count; i++)
            if (profile.Policies[i] is PolicySource.Inline { Policy: var policy })
                problems.AddRange(PolicyRules.Check(policy, $"/policies/{i}"));
        return problems;
    }

    /// <summary>What a profile names that is read where the profile is a file, and nowhere else: nobody takes a path
    /// from a document that came from elsewhere.</summary>
    public static IReadOnlyList<Problem> CheckFiles(AgentProfile profile) =>
        profile.Planner?.Rules is PlanningRulesSource.Beside { Path: var path }
            ? [new Problem(
                RulesPlace, ErrorCodes.InvalidProfile,
                $"'{path}' is a file beside the profile, and cannot be read here: put the "
                + "rules in its place, as an object with `version` and `rules`. `aos` does so by itself.")]
            : [];

    /// <summary>What is wrong with rates, which say themselves whose they are by where they stand.</summary>
    internal static void CheckRates(ValueList<RateLimit> rates, string pointer, ErrorCode code, List<Problem> problems)
    {
        for (var i = 0; i < rates.Count; i++)
            if (rates[i].Scope is not null)
                problems.Add(new Problem($"{pointer}/{i}/scope", code,
                    "A rate does not say whose it is: those of a profile are its agent's, those of the tenant's "
                    + "document are the tenant's."));
    }

    private static string Hint(string entry) =>
        entry.Contains("://", StringComparison.Ordinal) ? "; leave out the scheme and the path"
        : entry.Contains('/', StringComparison.Ordinal)
        ? "; a range is an address and a prefix, as in 10.0.0.0/8, with no bit set "
            + "behind the prefix"
        : "";
}
