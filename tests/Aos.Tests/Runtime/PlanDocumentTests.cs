using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Runtime.Agents;
using Aos.Runtime.Budgets;
using Aos.Runtime.Documents;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.JsonTransform;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>A plan document that is wrong in several ways says all of them at once.</summary>
public sealed class PlanDocumentTests
{
    private static readonly ISkillRegistry Skills =
        SkillRegistry.Create([new JsonTransformSkill(), SkillTwins.HttpCall(TimeProvider.System)]);

    private static IReadOnlyList<Problem> Problems(string plan, AgentProfile? profile = null) =>
        PlanReader.Read(Encoding.UTF8.GetBytes(plan), Skills, profile ?? AgentProfiles.Default).Problems;

    private static string[] Places(string plan, AgentProfile? profile = null) =>
        [.. Problems(plan, profile).Select(problem => $"{problem.Pointer} {problem.Code}")
            .Order(StringComparer.Ordinal)];

    [Fact]
    public void Mistakes_of_form_hide_no_others() => Assert.Equal(
        [
            "/output INVALID_PLAN",
            "/steps/0/skill UNKNOWN_SKILL",
            "/steps/0/timeout_ms SCHEMA_VIOLATION",
            "/steps/1 INVALID_PLAN",
            "/steps/1/when EXPRESSION_INVALID",
            "/steps/3/depends_on/1 INVALID_PLAN",
            "/steps/3/id INVALID_PLAN",
            "/steps/3/input/data INVALID_PLAN",
            "/steps/4 SCHEMA_VIOLATION",
            "/steps/4/skill SKILL_NOT_ALLOWED",
        ],
        Places("""
            {"steps":[
              {"id":"a","skill":"json_transfrom@1","timeout_ms":"soon"},
              {"id":"b","skill":"json_transform@1","depends_on":["c"],"when":"a b","input":{"data":1,"expression":"@"}},
              {"id":"c","skill":"json_transform@1","depends_on":["b"],"input":{"data":1,"expression":"@"}},
              {"id":"a","skill":"json_transform@1","depends_on":["b","nobody"],"input":{"data":"${foo.bar}","expression":"@"}},
              {"skill":"http_call@1","input":{"url":"https://example.com"}}],
             "output":"steps.none.result"}
            """, AgentProfiles.Default with { Skills = [SkillRef.Parse("json_transform@1")] }));

    [Fact]
    public void Waits_are_checked_beside_mistakes_of_form() => Assert.Equal(
        [
            "/steps/0/wait/for_ms SCHEMA_VIOLATION",
            "/steps/1/wait INVALID_PLAN",
            "/steps/2/wait/until WAIT_INVALID",
            "/steps/3/skill INVALID_PLAN",
            "/steps/3/wait/signal WAIT_INVALID",
            "/steps/4/wait/until SCHEMA_VIOLATION",
        ],
        Places("""
            {"steps":[
              {"id":"a","wait":{"for_ms":-5}},
              {"id":"b","wait":{"signal":"x","for_ms":3}},
              {"id":"c","wait":{"until":"tomorrow"}},
              {"id":"d","wait":{"signal":"a b"},"skill":"json_transform@1"},
              {"id":"e","wait":{"until":5}}]}
            """));

    [Theory]
    [InlineData(
        """{"steps":[{"id":5,"skill":"json_transform@1","input":{"data":1,"expression":"@"}}]}""",
        "/steps/0/id SCHEMA_VIOLATION")]
    [InlineData("""{"steps":[{"id":"a","skill":7}]}""", "/steps/0/skill SCHEMA_VIOLATION")]
    [InlineData("""{"steps":[{"id":"a","skill":"json_transform@1","input":[]}]}""", "/steps/0/input SCHEMA_VIOLATION")]
    [InlineData("""{"steps":[{"id":"a","skill":"json_transform@1","retry":{"max_attempts":0},"input":{"data":1,"expression":"@"}}]}""", "/steps/0/retry/max_attempts SCHEMA_VIOLATION")]
    [InlineData("""{"steps":[{"id":"a","skill":"json_transform@1","for_each":[1],"input":{"data":"${item}","expression":"@"}}]}""", "/steps/0/for_each SCHEMA_VIOLATION")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"json_transform@1","depends_on":[5],"input":{"data":1,"expression":"@"}}]}""",
        "/steps/0/depends_on/0 SCHEMA_VIOLATION")]
    [InlineData("""{"steps":["a"]}""", "/steps/0 SCHEMA_VIOLATION")]
    [InlineData("""{"steps":{}}""", "/steps SCHEMA_VIOLATION")]
    [InlineData("[]", " SCHEMA_VIOLATION")]
    public void One_mistake_is_told_once(string plan, string mistake) => Assert.Equal([mistake], Places(plan));

    [Theory]
    [InlineData(
        "\"explode\"", "/steps/0/on_failure",
        "must be one of \"abort\", \"continue\", or be an object such as {\"fallback\": …}, but is a string")]
    [InlineData(
        "5", "/steps/0/on_failure",
        "must be one of \"abort\", \"continue\", or be an object such as {\"fallback\": …}, but is a number")]
    [InlineData(
        """{"fallback":{"skil":"json_transform"}}""", "/steps/0/on_failure/fallback", "must have the member \"skill\"")]
    public void What_a_failure_means_is_said_with_what_is_allowed(string policy, string pointer, string message) =>
        Assert.Contains(
            Problems($$$"""{"steps":[{"id":"a","skill":"json_transform@1","input":{"data":1,"expression":"@"},"on_failure":{{{policy}}}}]}"""),
            problem => problem.Pointer == pointer && problem.Message == message);

    [Fact]
    public async Task What_the_agent_may_not_do_is_a_mistake_of_a_plan_for_it()
    {
        await using var bench = new RuntimeBench();
        var request =
            bench.Plan("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"pure","on_failure":{"fallback":{"skill":"send"}}}]}""");
        var profile = bench.Profile with { Skills = [SkillRef.Parse("pure")] };
        var check = bench.Runtime.Validate(request.Plan!, profile);
        Assert.Null(check.Pinned);
        Assert.Equal(["/steps/0/skill SKILL_NOT_ALLOWED", "/steps/1/on_failure/fallback/skill SKILL_NOT_ALLOWED"],
            check.Problems.Select(problem => $"{problem.Pointer} {problem.Code}"));
        var refused = await bench.Runtime.SubmitAsync(request with { Profile = profile }, CancellationToken.None);
        Assert.Equal(check.Problems, refused.Outcome.Failure!.Details);

        var broken = bench.Plan("""{"steps":[{"id":"a","skill":"read","when":"["}]}""") with { Profile = profile };
        Assert.Equal(
            ["EXPRESSION_INVALID", "SKILL_NOT_ALLOWED"],
            (await bench.Runtime.SubmitAsync(broken, CancellationToken.None)).Outcome
            .Failure!.Details.Select(problem => problem.Code.Value));
        Assert.Equal(["EXPRESSION_INVALID"], (await bench.Runtime.SimulateAsync(broken, CancellationToken.None)).Outcome
            .Failure!.Details.Select(problem => problem.Code.Value));
    }

    [Fact]
    public async Task A_planner_that_is_not_there_is_found_before_a_goal_needs_it()
    {
        await using var bench = new RuntimeBench();
        bench.Planners.Add(Aos.Runtime.Planning.BuiltInRules.Planner);
        Assert.Empty(bench.Runtime.Examine(bench.Profile));
        Assert.Empty(bench.Runtime.Examine(bench.Profile with { Planner = new PlannerChoice { Id = "rule" } }));
        var gap =
            Assert.Single(bench.Runtime.Examine(bench.Profile with { Planner = new PlannerChoice { Id = "model" } }));
        Assert.Equal(("/planner/id", "UNKNOWN_PLANNER"), (gap.Pointer, gap.Code.Value));
        Assert.Contains("there are rule", gap.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"data":"${input.x}","expression":"a.["}""",
        "At character 4 of the expression: The expression ends too early.")]
    [InlineData(
        """{"data":1,"expression":"nope(@)"}""", "At character 1 of the expression: There is no function nope().")]
    public void An_expression_that_is_written_out_is_parsed_when_the_plan_is_checked(string input, string message)
    {
        var read = PlanReader.Read(
            Encoding.UTF8.GetBytes($$"""{"steps":[{"id":"a","skill":"json_transform@1","input":{{input}}}]}"""));
        var check = PlanInspection.Check(
            read.Value!, new CompiledSkills(Skills),
            ContractFactory.Grant(new Tenancy(new TenantProfile()), AgentProfiles.Default, null).Contract!);
        var problem = Assert.Single(check.Problems);
        Assert.Equal(
            ("/steps/0/input/expression", "EXPRESSION_INVALID", message),
            (problem.Pointer, problem.Code.Value, problem.Message));
    }

    [Theory]
    [InlineData("""{"data":1,"expression":"${input.expression}"}""")]
    [InlineData("""{"data":1,"expression":"a.${input.rest}"}""")]
    public void An_expression_that_a_run_will_make_is_left_to_the_run(string input)
    {
        var read = PlanReader.Read(
            Encoding.UTF8.GetBytes($$"""{"steps":[{"id":"a","skill":"json_transform@1","input":{{input}}}]}"""));
        Assert.Empty(
            PlanInspection.Check(
                read.Value!, new CompiledSkills(Skills),
                ContractFactory.Grant(
                    new Tenancy(new TenantProfile()), AgentProfiles.Default, null).Contract!).Problems);
    }

    [Fact]
    public async Task A_skill_that_fails_at_looking_for_mistakes_refuses_the_plan_and_says_so()
    {
        await using var bench = new RuntimeBench();
        bench.Skills.Add(new ScriptedSkill(bench.Pure.Contract with { Name = SkillName.Parse("bad") }, bench.Time)
        {
            Mistakes = _ => throw new InvalidOperationException("boom"),
        });
        var check = bench.Runtime.Validate(bench.Plan("""{"steps":[{"id":"a","skill":"bad"}]}""").Plan!, bench.Profile);
        var problem = Assert.Single(check.Problems);
        Assert.Equal(("/steps/0/input", "INTERNAL_ERROR"), (problem.Pointer, problem.Code.Value));
        Assert.Contains("boom", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_a_member_cannot_take_is_refused_in_plain_words()
    {
        var problem = Assert.Single(
            Problems("""{"steps":[{"id":"a","skill":"json_transform@1","timeout_ms":1e3,"input":{"data":1,"expression":"@"}}]}"""));
        Assert.Equal(
            ("/steps/0/timeout_ms", "The number is too large here, or not written in plain digits, as in 1000."),
            (problem.Pointer, problem.Message));
    }
}
