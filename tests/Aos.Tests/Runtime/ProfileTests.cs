using System.Text;
using Aos.Contracts.Agents;
using Aos.Contracts.Values;
using Aos.Runtime.Agents;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

public sealed class ProfileTests
{
    private const string Yaml = """
        # who acts
        agent_id: buyer
        description: "buys: carefully"
        skills: [http_call@1, json_transform]
        budget: { per_run_cents: 12.5, per_step_cents: 3, mode: hard }
        limits:
          max_steps: 10
          max_parallel_steps: 2
          max_run_seconds: 60
        network:
          allow:
            - api.example.com
            - "10.0.0.0/8"
        config: { http_call: { retries: no, on: ~ } }
        """;

    [Fact]
    public void Planning_rules_in_a_profile_are_checked_like_those_of_a_file()
    {
        static string With(string rules) => $$"""{"agent_id":"a","planner":{"id":"rule","rules":{{rules}} } }""";
        const string Plan = """{"steps":[{"id":"a","skill":"read","input":{"x":"{{name}}"}}]}""";
        var pattern = Read(
            With($$"""{"version":"1","rules":[{"id":"a","pattern":"(","plan":{} },{"id":"b","pattern":"^b$","plan":{{Plan}} }]}"""));
        Assert.Equal(
            ["/planner/rules/rules/0/pattern", "/planner/rules/rules/1/plan/steps/0/input/x"],
            pattern.Problems.Select(problem => problem.Pointer));
        Assert.All(pattern.Problems, problem => Assert.Equal("INVALID_PROFILE", problem.Code.Value));
        Assert.Equal(
            "/planner/rules/version",
            Assert.Single(
                Read(With("""{"version":1,"rules":[]}""")).Problems,
                one => one.Pointer.EndsWith("version", StringComparison.Ordinal)).Pointer);

        var beside = Read(With("\"rules.json\"")).Value!;
        Assert.Equal("/planner/rules", Assert.Single(ProfileRules.CheckFiles(beside)).Pointer);
        Assert.Empty(ProfileRules.CheckFiles(Read(Yaml).Value!));
    }

    [Fact]
    public void A_profile_in_YAML_and_in_JSON_is_the_same()
    {
        var yaml = Read(Yaml).Value!;
        var json = Read("""
            {"agent_id":"buyer","description":"buys: carefully","skills":["http_call@1","json_transform"],
             "budget":{"per_run_cents":12.5,"per_step_cents":3,"mode":"hard"},
             "limits":{"max_steps":10,"max_parallel_steps":2,"max_run_seconds":60},
             "network":{"allow":["api.example.com","10.0.0.0/8"]},"config":{"http_call":{"retries":"no","on":null}}}
            """).Value!;
        Assert.Equal(json with { Config = yaml.Config }, yaml);
        Assert.Equal("""{"http_call":{"retries":"no","on":null}}""", yaml.Config!.ToString());
        Assert.Equal((Money.FromCents(12.5m), 2), (yaml.Budget!.PerRun!.Value, yaml.Limits!.MaxParallelSteps!.Value));
    }

    [Theory]
    [InlineData("", "", "empty")]
    [InlineData("agent_id: a\nskils: []", "/skils", "")]
    [InlineData("agent_id: a\nskills: [http call]", "/skills/0", "")]
    [InlineData("description: x", "", "agent_id")]
    [InlineData("agent_id: a\nlimits: { max_steps: 201 }", "/limits/max_steps", "200")]
    [InlineData("agent_id: a\nbudget: { per_run_cents: -1 }", "/budget/per_run_cents", "")]
    [InlineData("agent_id: a\nagent_id: b", "", "Line 2, column 1: The name 'agent_id' stands here twice.")]
    [InlineData("agent_id: &x a", "", "Line 1, column 11: Anchors")]
    [InlineData("agent_id: a\ndescription: *x", "", "Line 2")]
    [InlineData("agent_id: !!str a", "", "tag")]
    [InlineData("agent_id: a\n---\nagent_id: b", "", "more than one document")]
    [InlineData("agent_id: [a", "", "Line")]
    [InlineData("agent_id: a\n? [x]\n: y", "", "Line 2")]
    [InlineData("- a", "", "object")]
    [InlineData("{\"agent_id\":\"a\",}", "/agent_id", "Line 1")]
    [InlineData("{\"agent_id\":\"a\",\"agent_id\":\"b\"}", "/agent_id", "Line 1")]
    [InlineData("agent_id: a\nplanner: { id: rule, mode: often }", "/planner/mode", "")]
    public void Every_mistake_is_named_by_its_place(string text, string pointer, string message)
    {
        var read = Read(text);
        Assert.Null(read.Value);
        Assert.Contains(
            read.Problems,
            problem => problem.Pointer == pointer && problem.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Several_mistakes_are_all_named() => Assert.Equal(["/budget/mode", "/limits/max_attempts", "/skills/1"],
        Read("agent_id: a\nskills: [a, B]\nlimits: { max_attempts: 0 }\nbudget: { mode: weak }").Problems
            .Select(problem => problem.Pointer).Distinct().Order());

    [Theory]
    [InlineData("http://x", "leave out the scheme")]
    [InlineData("*.*.com", "")]
    [InlineData("10.0.0.0/99", "as in 10.0.0.0/8")]
    [InlineData("10.0.0.5/8", "no bit set behind the prefix")]
    [InlineData("host:99999", "")]
    public void An_entry_of_the_network_that_means_nothing_is_refused_with_the_profile(string entry, string hint)
    {
        foreach (var text in
                new[] { $$"""{ "agent_id": "a", "network": { "allow": ["good.example", "{{entry}}", "[::1]:80"] } }""",
                    $"agent_id: a\nnetwork:\n  allow: [good.example, '{entry}', '[::1]:80']" })
        {
            var problem = Assert.Single(Read(text).Problems);
            Assert.Equal(("/network/allow/1", "INVALID_PROFILE"), (problem.Pointer, problem.Code.Value));
            Assert.StartsWith(
                $"'{entry}' is not a host, *.host, an address, a CIDR range or *", problem.Message,
                StringComparison.Ordinal);
            Assert.Contains(hint, problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_profile_of_a_host_program_is_held_to_the_same_rules()
    {
        await using var bench = new RuntimeBench();
        var request = bench.Plan("""{"steps":[{"id":"a","skill":"pure"}]}""") with
        {
            Profile = bench.Profile with { Network = new NetworkSpec { Allow = ["ftp://x"] } }
        };
        Assert.Equal(
            "INVALID_PROFILE", (await bench.Runtime.SubmitAsync(request, CancellationToken.None)).Outcome.Code.Value);
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("/agent_id", 1, 11)]
    [InlineData("/network/allow/1", 5, 7)]
    [InlineData("/network/allow/7", 4, 5)]
    [InlineData("/config/a~1b/1", 6, 21)]
    [InlineData("/nothing", 1, 1)]
    public void A_place_in_YAML_is_known_by_line_and_column(string pointer, int line, int column) =>
        Assert.Equal((line, column),
        ProfileReader.Locate(
            Encoding.UTF8.GetBytes("agent_id: a\ndescription: x\nnetwork: { allow:\n    [ b,\n      'http://x' ] }\nconfig: { a/b: [{}, 'x'] }\n"), pointer));

    [Fact]
    public void A_number_in_YAML_that_is_too_long_is_named_by_its_place_and_not_by_a_line_of_JSON()
    {
        var problem = Assert.Single(Read($"agent_id: a\nconfig: {{ x: {new string('1', 65)} }}").Problems);
        Assert.Equal("/config/x", problem.Pointer);
        Assert.DoesNotContain("Line", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_text_is_refused()
    {
        var read = ProfileReader.Read(new byte[] { (byte)'a', 0xFF });
        Assert.Contains("UTF-8", Assert.Single(read.Problems).Message, StringComparison.Ordinal);
        var deep = Read("agent_id: a\nconfig: " + new string('[', 40) + new string(']', 40));
        Assert.Contains("nested deeper", Assert.Single(deep.Problems).Message, StringComparison.Ordinal);
        Assert.NotEmpty(Read(new string('[', 100_000)).Problems);
    }

    [Fact]
    public async Task A_contract_grants_what_the_profile_says_and_never_more()
    {
        await using var bench = new RuntimeBench();
        var profile = Read(Yaml).Value!;
        var granted = bench.Runtime.GetResourceContract(profile, budget: null).Result!.Element;
        Assert.Equal(
            (12.5m, 3m, 10, 2, 60_000),
            (granted.GetProperty("budget_cents").GetDecimal(), granted.GetProperty("per_step_cents").GetDecimal(),
            granted.GetProperty("max_steps").GetInt32(), granted.GetProperty("max_parallel_steps").GetInt32(),
            granted.GetProperty("max_run_ms").GetInt32()));
        Assert.Equal(
            12m, bench.Runtime.GetResourceContract(profile, Money.FromCents(12)).Result!.Element
                .GetProperty("budget_cents").GetDecimal());
        Assert.Equal("INVALID_ARGUMENT", bench.Runtime.GetResourceContract(profile, Money.FromCents(13)).Code.Value);
        var bare = bench.Runtime.GetResourceContract(new AgentProfile { AgentId = "bare" }, null).Result!.Element;
        Assert.Equal(
            (100, 200, 1_000, 64, 604_800_000),
            (bare.GetProperty("budget_cents").GetInt32(), bare.GetProperty("max_steps").GetInt32(),
            bare.GetProperty("max_attempts").GetInt32(), bare.GetProperty("max_parallel_steps").GetInt32(),
            bare.GetProperty("max_run_ms").GetInt32()));
    }

    [Fact]
    public async Task A_profile_without_skills_may_call_none_and_a_budget_of_nothing_admits_what_is_free()
    {
        await using var bench = new RuntimeBench();
        var plan = bench.Plan("""{"steps":[{"id":"a","skill":"pure"}]}""");
        Assert.Equal(
            "SKILL_NOT_ALLOWED",
            (await bench.Runtime.RunAsync(
                plan with { Profile = new AgentProfile { AgentId = "bare" } },
                CancellationToken.None)).Outcome.Code.Value);
        Assert.Equal("OK", (await bench.RunAsync(plan with { Budget = Money.Zero })).Code!.Value.Value);
        var paid =
            await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"paid"}]}""") with { Budget = Money.Zero });
        Assert.Equal("BUDGET_EXCEEDED", paid.Code!.Value.Value);
        Assert.Empty(bench.Paid.Calls);
    }

    private static Aos.Runtime.Documents.DocumentResult<AgentProfile> Read(string text) =>
        ProfileReader.Read(Encoding.UTF8.GetBytes(text));
}
