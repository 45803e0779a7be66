using System.Text;
using System.Text.Json;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;

namespace Aos.Server.Api;

/// <summary>Everything that is wrong with a submission, told at once: its form, the rules of its profile, and its plan
/// as far as that can be read. The same that the command line says of the same documents.</summary>
internal static class SubmissionMistakes
{
    private const string Profile = "/profile";
    private const string Plan = "/plan";

    /// <summary>All mistakes of a submission whose form is wrong.</summary>
    /// <param name="acting">Who sent it.</param>
    /// <param name="submission">The submission as it came.</param>
    /// <param name="form">What is wrong with the form, by its places in what was sent.</param>
    /// <param name="at">The place of the submission in what was sent.</param>
    public static IReadOnlyList<Problem> Of(
        Acting acting, JsonElement submission, IReadOnlyList<Problem> form, string at)
    {
        if (submission.ValueKind != JsonValueKind.Object) return form;
        var (profile, ofProfile) = ReadProfile(submission, at);
        var ofPlan = Member(submission, "plan") is { } plan ? OfPlan(acting, plan, profile, at) : [];
        return [.. form.Concat(ofProfile).Concat(ofPlan).Distinct()];
    }

    /// <summary>What a profile that came along breaks beside its form.</summary>
    public static IReadOnlyList<Problem> OfProfile(AgentProfile sent, string at) =>
        [.. ProfileRules.Check(sent).Concat(ProfileRules.CheckFiles(sent))
            .Select(problem => problem.Under(at + Profile))];

    /// <summary>What is wrong with a plan of good form.</summary>
    /// <param name="acting">Who sent it.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="profile">Whose skills and secrets hold; null where nobody knows, so that these are not looked
    /// at.</param>
    /// <param name="at">The place of the submission in what was sent.</param>
    public static IReadOnlyList<Problem> OfPlan(Acting acting, Plan plan, AgentProfile? profile, string at) =>
        Told(acting.Runtime.Validate(plan, profile ?? AgentProfiles.Default).Problems, profile, at);

    private static IReadOnlyList<Problem> OfPlan(Acting acting, JsonElement plan, AgentProfile? profile, string at)
    {
        var read = PlanReader.Read(Utf8(plan), acting.Server.Skills, profile ?? AgentProfiles.Default);
        return read.Value is { } good ? OfPlan(acting, good, profile, at) : Told(read.Problems, profile, at);
    }

    private static (AgentProfile? Profile, IReadOnlyList<Problem> Problems) ReadProfile(
        JsonElement submission, string at)
    {
        if (Member(submission, "profile") is { } sent)
        {
            var read = ProfileReader.Read(Utf8(sent));
            return read.Value is { } profile
                ? (profile, OfProfile(profile, at))
                : (null, [.. read.Problems.Select(problem => problem.Under(at + Profile))]);
        }
        return (Member(submission, "agent_id") is null ? AgentProfiles.Default : null, []);
    }

    private static IReadOnlyList<Problem> Told(IEnumerable<Problem> problems, AgentProfile? profile, string at) =>
    [
        .. problems.Where(problem => profile is not null || !IsGap(problem)).Select(one => one.Under(at + Plan)),
    ];

    private static bool IsGap(Problem problem) =>
        problem.Code == ErrorCodes.SkillNotAllowed || problem.Code == ErrorCodes.SecretNotAllowed;

    // A member that is null is as good as none; one that is no object has its own mistake.
    private static JsonElement? Member(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value)
            && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    private static byte[] Utf8(JsonElement element) => Encoding.UTF8.GetBytes(element.GetRawText());
}
