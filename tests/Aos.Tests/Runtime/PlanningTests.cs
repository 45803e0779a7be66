using System.Text;
using Aos.Abstractions.Planning;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Planning;
using Aos.Runtime.Runs;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

public sealed class PlanningTests
{
    [Theory]
    [InlineData(
        "fetch today's Bitcoin price and notify the team", """{"notify_url":"http://x"}""", "fetch price notify")]
    [InlineData("What is the price of BTC?", "{}", "fetch price")]
    [InlineData("bitcoin   price", "{}", "fetch price")]
    [InlineData("extract a.b from https://example.com/x", "{}", "fetch pick")]
    [InlineData("GET https://example.com/", "{}", "fetch")]
    public void Built_in_rules_plan_what_they_say(string goal, string input, string steps)
    {
        var answer = Ask(BuiltInRules.Planner, goal, input);
        Assert.Equal(ErrorCodes.Ok, answer.Code);
        Assert.Equal(steps, string.Join(' ', answer.Plan!.Steps.Select(step => step.Id)));
    }

    [Theory]
    [InlineData("make me a sandwich", "{}", "PLANNER_NO_PLAN", "No planning rule fits")]
    [InlineData(" \t ", "{}", "PLANNER_INVALID_GOAL", "blank")]
    [InlineData("notify", """{"notify_url":1}""", "PLANNER_NO_PLAN", "No planning rule fits")]
    [InlineData("bitcoin, then notify us", "{}", "PLANNER_NO_PLAN", "needs '/notify_url' in the input")]
    public void Where_no_rule_fits_there_is_no_plan(string goal, string input, string code, string message)
    {
        var answer = Ask(BuiltInRules.Planner, goal, input);
        Assert.Null(answer.Plan);
        Assert.Equal(code, answer.Code.Value);
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_goal_says_is_text_and_never_an_expression()
    {
        var planner = RulePlanner.Create(
            Rules("^say (?<what>.*)$",
                """{"steps":[{"id":"a","skill":"read","input":{"x":"<{{ what }}|{ {what} }>","y":["{{what}}"]}}]}""")).Value!;
        var plan = Ask(planner, "say ${input.secret} $${x} {{what}}", "{}").Plan!;
        Assert.Equal(
            """{"x":"<$${input.secret} $$${x} {{what}}|{ {what} }>","y":["$${input.secret} $$${x} {{what}}"]}""",
            plan.Steps[0].Input!.ToString());
    }

    [Fact]
    public async Task The_text_of_a_goal_reaches_the_skill_as_it_was_said()
    {
        await using var bench = new RuntimeBench();
        bench.Planners.Add(
            RulePlanner.Create(
                Rules("^say (?<what>.*)$",
                    """{"steps":[{"id":"a","skill":"read","input":{"x":"{{what}}"}}]}""")).Value!);
        await bench.RunAsync(
            new RunRequest
            {
                Goal = "say ${input.secret} \"{\\",
                Profile = bench.Profile,
                Input = RuntimeBench.Json("""{"secret":1}""")
            });
        Assert.Equal("${input.secret} \"{\\", bench.Read.Calls.Single().Input.Element.GetProperty("x").GetString());
    }

    [Theory]
    [InlineData(
        """{"steps":[{"id":"a","skill":"read","input":{"x":["{{ that }}"]}}]}""", "/steps/0/input/x/0",
        "The pattern has no group 'that' for {{that}}; it has 'what'.")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"read","input":{"x":"{{what}"}}]}""", "/steps/0/input/x",
        "The placeholder '{{what' is never closed: write {{what}}.")]
    [InlineData(
        """{"goal":"{{what","steps":[]}""", "/goal", "The placeholder '{{what' is never closed: write {{what}}.")]
    public void A_placeholder_that_nothing_fills_is_found_when_the_rules_are_loaded(
        string plan, string pointer, string message)
    {
        var problem = Assert.Single(RulePlanner.Create(Rules("^say (?<what>.*)$", plan)).Problems);
        Assert.Equal(("/rules/0/plan" + pointer, $"Rule 'only': {message}"), (problem.Pointer, problem.Message));
    }

    [Fact]
    public void Braces_of_an_expression_are_no_placeholder() => Assert.NotNull(RulePlanner.Create(
        Rules("^say (?<what>.*)$",
            """{"steps":[{"id":"a","skill":"read","input":{"x":"${{a: input, b: {c: `1`}}}","y":"{{what}} {{0}}"}}]}""")).Value);

    [Fact]
    public void Rules_that_are_wrong_are_named_by_their_place()
    {
        var rules = new PlanningRules
        {
            Version = "1",
            Rules = [Rule("good", "x", "{}"), Rule("open", "(", "{}"), Rule("back", @"(a)\1", "{}")],
        };
        var result = RulePlanner.Create(rules);
        Assert.Null(result.Value);
        Assert.Equal(["/rules/1/pattern", "/rules/2/pattern"], result.Problems.Select(problem => problem.Pointer));
        var invalid = Ask(RulePlanner.Create(Rules("x", """{"steps":[{"skill":"read"}]}""")).Value!, "x", "{}");
        Assert.Equal("PLANNER_INVALID_PLAN", invalid.Code.Value);
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "throws", "PLANNER_FAILED" }, { "throws later", "PLANNER_FAILED" }, { "null", "PLANNER_FAILED" },
        { "hangs", "PLANNER_FAILED" }, { "blocks", "PLANNER_FAILED" }, { "no code", "PLANNER_FAILED" }, { "broken text",
            "PLANNER_NO_PLAN" },
        { "unknown skill", "PLANNER_INVALID_PLAN" }, { "no JSON", "PLANNER_INVALID_PLAN" }, { "nothing",
            "PLANNER_NO_PLAN" }, { "pays back", "PLANNER_FAILED" },
    };

    [Theory, MemberData(nameof(Hostile))]
    public async Task Whatever_a_planner_does_the_run_ends_with_its_code(string behaviour, string code)
    {
        await using var bench = new RuntimeBench();
        using var blocked = new ManualResetEventSlim();
        var asked = new TaskCompletionSource();
        bench.Planners.Add(new CodePlanner(async (_, _) =>
        {
            asked.TrySetResult();
            switch (behaviour)
            {
                case "throws": throw new InvalidOperationException("\ud800");
                case "throws later": await Task.Yield(); throw new InvalidOperationException("x");
                case "null": return null!;
                case "hangs": return await new TaskCompletionSource<PlannerAnswer>().Task;
                case "blocks": blocked.Wait(CancellationToken.None); return null!;
                case "no code": return PlannerAnswer.Failure(default, null!);
                case "broken text":
                    return PlannerAnswer.Failure(ErrorCodes.PlannerNoPlan, "\udc00") with { Problems = [null!] };
                case "pays back": return PlannerAnswer.Done() with { Cost = new Money(-5) };
                case "unknown skill": return PlannerAnswer.Of(PlanOf("nobody", "{}"));
                case "no JSON": return PlannerAnswer.Of(PlanOf("read", "{"));
                default: return PlannerAnswer.Done();
            }
        }));
        var run = bench.Runtime.RunAsync(GoalOf(bench), CancellationToken.None).AsTask();
        await asked.Task;
        if (behaviour is "hangs" or "blocks")
        {
            bench.Time.Advance(TimeSpan.FromSeconds(300));
            await bench.Time.WhenArmedAsync(TimeSpan.FromSeconds(2));
            bench.Time.Advance(TimeSpan.FromSeconds(2));
        }
        var report = (await run).Value!;
        blocked.Set();
        Assert.Equal((RunStatus.Failed, code), (report.Status, report.Code!.Value.Value));
        bench.Open();
        await bench.VerifyAsync(report.RunId);
    }

    [Fact]
    public async Task A_blank_goal_an_endless_one_and_an_unknown_planner_are_refused_before_anything_is_kept()
    {
        await using var bench = new RuntimeBench();
        foreach (var (request, code) in new[]
        {
            (new RunRequest { Goal = "  ", Profile = bench.Profile }, "PLANNER_INVALID_GOAL"),
            (new RunRequest { Goal = new string('x', 4_001), Profile = bench.Profile }, "PLANNER_INVALID_GOAL"),
            (new RunRequest { Goal = "x",
                Profile = bench.Profile with { Planner = new PlannerChoice { Id = "oracle" } } }, "UNKNOWN_PLANNER"),
            (new RunRequest { Goal = "x", Profile = bench.Profile, Input = RuntimeBench.Json("{\"a\":1,\"a\":2}") },
                "INVALID_JSON"),
        })
        {
            Assert.Equal(code, (await bench.Runtime.RunAsync(request, CancellationToken.None)).Outcome.Code.Value);
            Assert.Equal(code, (await bench.Runtime.PlanAsync(request, CancellationToken.None)).Outcome.Code.Value);
        }
        Assert.Equal(0, bench.Store.Appends);
    }

    [Fact]
    public async Task An_iterative_planner_sees_what_came_of_its_rounds()
    {
        await using var bench = new RuntimeBench();
        var seen = new List<(int Round, string Observations)>();
        bench.Planners.Add(new CodePlanner((request, _) =>
        {
            seen.Add(
                (request.Round,
                    string.Join(' ', request.Observations.Select(outcome => $"{outcome.StepId}:{outcome.Code}"))));
            return ValueTask.FromResult(request.Round switch
            {
                1 => PlannerAnswer.Of(PlanOf("read", "{}", "first")),
                2 => PlannerAnswer.Of(PlanOf("put", """{"x":"${steps.first.result.n}"}""", "second")),
                _ => PlannerAnswer.Done(),
            });
        }));
        bench.Read.Answers(TwinAnswer.Ok("""{"n":5}"""));
        var report = await bench.RunAsync(GoalOf(bench, PlannerMode.Iterative));
        Assert.Equal(RunStatus.Completed, report.Status);
        Assert.Equal([(1, ""), (2, "first:OK"), (3, "first:OK second:OK")], seen);
        Assert.Equal("""{"x":5}""", bench.Put.Calls.Single().Input.ToString());
        await bench.VerifyAsync(report.RunId);
    }

    private static RunRequest GoalOf(RuntimeBench bench, PlannerMode mode = PlannerMode.Static) =>
        new()
        {
            Goal = "do it",
            Profile = bench.Profile with { Planner = new PlannerChoice { Id = "code", Mode = mode } }
        };

    private static Plan PlanOf(string skill, string input, string id = "a") => new()
    {
        Steps = [
            new PlanStep
            {
                Id = StepId.Parse(id),
                Skill = Aos.Contracts.Skills.SkillRef.Parse(skill),
                Input = RuntimeBench.Json(input)
            }],
    };

    [Fact]
    public void Rules_of_the_profile_come_before_those_of_the_planner_and_a_file_that_nobody_read_is_no_plan()
    {
        var planner =
            RulePlanner.Create(Rules("^say (?<what>.*)$", """{"steps":[{"id":"planners","skill":"read"}]}""")).Value!;
        var own =
            new PlanningRulesSource.Inline(Rules("^say hello$", """{"steps":[{"id":"profiles","skill":"read"}]}"""));

        Assert.Equal("profiles", Ask(planner, "say hello", "{}", own).Plan!.Steps[0].Id.Value);
        Assert.Equal("planners", Ask(planner, "say more", "{}", own).Plan!.Steps[0].Id.Value);
        Assert.Equal("planners", Ask(planner, "say hello", "{}").Plan!.Steps[0].Id.Value);

        var beside = Ask(planner, "say hello", "{}", new PlanningRulesSource.Beside("rules.json"));
        Assert.Equal((null, ErrorCodes.InvalidProfile), (beside.Plan, beside.Code));
        Assert.Contains("'rules.json'", beside.Message, StringComparison.Ordinal);
        var broken = Ask(planner, "say hello", "{}", new PlanningRulesSource.Inline(Rules("(", """{"steps":[]}""")));
        Assert.Equal((null, ErrorCodes.InvalidProfile), (broken.Plan, broken.Code));
    }

    private static PlannerAnswer Ask(IPlanner planner, string goal, string input, PlanningRulesSource? rules = null)
    {
        var asked = planner.PlanAsync(new PlannerRequest
        {
            Goal = goal,
            Input = RuntimeBench.Json(input),
            Contract = Aos.Testing.Runs.RunScenario.DefaultContract,
            Choice = new PlannerChoice { Id = planner.Id, Rules = rules },
        }, CancellationToken.None).AsTask();
        Assert.True(asked.IsCompletedSuccessfully);
        return asked.GetAwaiter().GetResult();
    }

    private static PlanningRules Rules(string pattern, string plan) =>
        new() { Version = "1", Rules = [Rule("only", pattern, plan)] };

    private static PlanningRule Rule(string id, string pattern, string plan) =>
        new() { Id = id, Pattern = pattern, Plan = Payload.FromUtf8(Encoding.UTF8.GetBytes(plan)) };

    private sealed class CodePlanner(Func<PlannerRequest, CancellationToken, ValueTask<PlannerAnswer>> code) : IPlanner
    {
        public string Id => "code";

        public ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel) =>
            code(request, cancel);
    }
}
