using System.Text;
using Aos.Contracts.Policies;
using Aos.Runtime.Agents;
using Aos.Runtime.Policies;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.JsonTransform;

namespace Aos.Tests.Policies;

/// <summary>Documents that people write: each mistake has its place, and the examples say what they claim.</summary>
public sealed class PolicyDocumentTests
{
    [Theory]
    [InlineData("match: { hosts: ['https://x.org'] }", "/rules/0/match/hosts/0")]
    [InlineData("match: { paths: [admin] }", "/rules/0/match/paths/0")]
    [InlineData("match: { times: [{ from: '25:00' }] }", "/rules/0/match/times/0/from")]
    [InlineData("match: { times: [{ from: '24:00' }] }", "/rules/0/match/times/0/from")]
    [InlineData("match: { times: [{ to: '00:00' }] }", "/rules/0/match/times/0/to")]
    [InlineData("match: { times: [{ from: '08:00', to: '08:00' }] }", "/rules/0/match/times/0")]
    [InlineData("match: { times: [{ zone: Europe/Atlantis }] }", "/rules/0/match/times/0/zone")]
    [InlineData("match: { times: [{ days: [monday] }] }", "/rules/0/match/times/0/days/0")]
    [InlineData("match: { input: [{ path: body }] }", "/rules/0/match/input/0/path")]
    [InlineData("match: { input: [{ path: /body }] }", "/rules/0/match/input/0")]
    [InlineData("match: { input: [{ path: /a, at_least: 2, at_most: 1 }] }", "/rules/0/match/input/0/at_least")]
    [InlineData("unless: { input: [{ path: /a, present: false, like: ['*'] }] }", "/rules/0/unless/input/0/present")]
    [InlineData("match: { skils: [x] }", "/rules/0/match/skils")]
    [InlineData("match: { skills: [X] }", "/rules/0/match/skills/0")]
    [InlineData("match: { cost_above_cents: -1 }", "/rules/0/match/cost_above_cents")]
    [InlineData("limit: { max_calls: 1 }", "/rules/0/limit")]
    [InlineData("approval: { role: x }", "/rules/0/approval")]
    public void A_mistake_of_a_rule_is_named_by_its_place(string member, string pointer)
    {
        var text = $"policy: p\nversion: 1\nrules:\n  - id: r\n    verdict: deny\n    {member}\n";

        var problems = PolicyReader.Read(Encoding.UTF8.GetBytes(text)).Problems;

        Assert.Equal(pointer, Assert.Single(problems).Pointer);
        var place = ProfileReader.Locate(Encoding.UTF8.GetBytes(text), pointer);
        Assert.Equal(6, place!.Value.Line);
    }

    [Theory]
    [InlineData("policy: p\nversion: 1\nrules: []\n", "/rules")]
    [InlineData("policy: p\nversion: 0\nrules: [{ id: r, verdict: deny }]\n", "/version")]
    [InlineData("policy: p\nrules: [{ id: r, verdict: deny }]\n", "")]
    [InlineData("policy: 'a b'\nversion: 1\nrules: [{ id: r, verdict: deny }]\n", "/policy")]
    [InlineData("policy: p\nversion: 1\nrules: [{ id: r, verdict: deny }, { id: r, verdict: allow }]\n", "/rules/1/id")]
    [InlineData("policy: p\nversion: 1\nrules: [{ id: default, verdict: deny }]\n", "/rules/0/id")]
    [InlineData("policy: p\nversion: 1\nrules: [{ id: r, verdict: limit }]\n", "/rules/0/limit")]
    [InlineData("policy: p\nversion: 1\nrules: [{ id: r, verdict: limit, limit: {} }]\n", "/rules/0/limit")]
    [InlineData("policy: p\nversion: 1\nrules: [{ id: r, verdict: forbid }]\n", "/rules/0/verdict")]
    [InlineData(
        "policy: p\nversion: 1\nrules: [{ id: r, verdict: require_approval, approval: { quorum: 11 } }]\n",
        "/rules/0/approval/quorum")]
    [InlineData("policy: p\nversion: 1\nrules: [{ id: r, verdict: require_approval, approval: { expires_in_ms: 5, escalate: { after_ms: 5, role: x } } }]\n",
        "/rules/0/approval/escalate/after_ms")]
    [InlineData("policy: p\nversion: 1\nrules: [{ id: r, verdict: deny }]\ncases: [{ name: n, expect: deny, rule: x, call: { skill: a } }]\n", "/cases/0/rule")]
    public void A_mistake_of_a_policy_is_named_by_its_place(string text, string pointer) =>
        Assert.Equal(pointer, Assert.Single(PolicyReader.Read(Encoding.UTF8.GetBytes(text)).Problems).Pointer);

    [Fact]
    public void A_policy_reads_the_same_in_both_notations()
    {
        const string yaml = "policy: p\nversion: 2\nrules:\n  - { id: r, verdict: deny, match: { skills: [http_call@1], times: [{ days: [sat] }] } }\n";
        const string json = """{"policy":"p","version":2,"rules":[{"id":"r","verdict":"deny","match":{"skills":["http_call@1"],"times":[{"days":["sat"]}]}}]}""";

        Assert.Equal(Read(json), Read(yaml));
    }

    [Fact]
    public void Every_policy_of_the_examples_says_what_its_cases_claim_and_each_rule_has_one()
    {
        using var http = new HttpCallSkill(TimeProvider.System);
        var skills = SkillRegistry.Create([http, new JsonTransformSkill()]);
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "examples", "policies"), "*.yaml");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var policy = Read(File.ReadAllText(file));
            var results = PolicyTrial.Run(policy, policy.Cases, skills);
            Assert.Empty(
                results.Where(result => !result.Passed).Select(result => $"{Path.GetFileName(file)}: {result}"));
            Assert.NotEmpty(policy.Cases);
        }
    }

    [Fact]
    public void A_case_that_expects_something_else_fails_and_says_what_was_found()
    {
        var policy = Read("""
            {"policy":"p","version":1,"rules":[{"id":"r","verdict":"deny"},{"id":"s","verdict":"require_approval"}],
             "cases":[{"name":"wrong verdict","expect":"allow","call":{"skill":"x"}},{"name":"wrong rule","expect":"deny","rule":"s","call":{"skill":"x"}},
                      {"name":"right","expect":"deny","rule":"r","call":{"skill":"x@2"}}]}
            """);

        var results = PolicyTrial.Run(policy, policy.Cases, SkillRegistry.Create([]));

        Assert.Equal([false, false, true], results.Select(result => result.Passed));
        Assert.Equal((CaseVerdict.Deny, "r"), (results[0].Found, results[0].Rules[0]));
    }

    [Fact]
    public void The_clock_of_a_zone_is_pinned_with_the_changes_of_two_years()
    {
        var policy =
            Read("""{"policy":"p","version":1,"rules":[{"id":"r","verdict":"deny","match":{"times":[{"zone":"Europe/Berlin"}]}}]}""");

        var zone = Assert.Single(ZoneOffsets.Pin([policy], new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)));

        // The last Sundays of March and October, at one o'clock UTC.
        Assert.Equal(
            ["2026-01-01T00:00 60", "2026-03-29T01:00 120", "2026-10-25T01:00 60", "2027-03-28T01:00 120",
                "2027-10-31T01:00 60"],
            zone.Offsets.Select(offset => $"{offset.From:yyyy-MM-ddTHH:mm} {offset.Minutes}"));
    }

    private static Policy Read(string text)
    {
        var read = PolicyReader.Read(Encoding.UTF8.GetBytes(text));
        return read.Value
            ?? throw new ArgumentException(
                string.Join('\n', read.Problems.Select(problem => $"{problem.Pointer}: {problem.Message}")));
    }
}
