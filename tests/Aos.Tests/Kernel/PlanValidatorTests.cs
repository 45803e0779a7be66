using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>A plan that breaks a rule is refused whole, with every mistake named by its place.</summary>
public sealed class PlanValidatorTests
{
    private static readonly SkillShelf Versions = SkillShelf.Standard
        .With("fetch@1.2.0", EffectClass.Read).With("fetch@1.10.0", EffectClass.Read)
        .With("fetch@2.0.0", EffectClass.Read);

    private static PlanCheck Check(string plan, SkillShelf? skills = null, PlanProgram? earlier = null) =>
        PlanValidator.Validate(RunScenario.ReadPlan(plan), skills ?? Versions, RunScenario.DefaultContract, earlier);

    private static string[] Mistakes(string plan, SkillShelf? skills = null) =>
        [.. Check(plan, skills).Problems.Select(problem => $"{problem.Pointer} {problem.Code}")];

    [Theory]
    [InlineData("""{"steps":[]}""", "/steps INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure"},{"id":"a","skill":"pure"}]}""", "/steps/1/id INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"nothing"}]}""", "/steps/0/skill UNKNOWN_SKILL")]
    [InlineData("""{"steps":[{"id":"a","skill":"fetch@3"}]}""", "/steps/0/skill SKILL_VERSION_MISSING")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","depends_on":["b"]}]}""", "/steps/0/depends_on/0 INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","depends_on":["a"]}]}""", "/steps/0/depends_on/0 INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","when":"steps.b.result"}]}""", "/steps/0/when INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","when":"a ="}]}""", "/steps/0/when EXPRESSION_INVALID")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","when":"a.b"}]}""", "/steps/0/when INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","when":"item > `1`"}]}""", "/steps/0/when INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","for_each":"["}]}""", "/steps/0/for_each EXPRESSION_INVALID")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","for_each":"index"}]}""", "/steps/0/for_each INVALID_PLAN")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","input":{"x":["${item}"]}}]}""", "/steps/0/input/x/0 INVALID_PLAN")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","input":{"a/b":"${steps.z.result}"}}]}""",
        "/steps/0/input/a~1b INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","input":{"x":"${"}}]}""", "/steps/0/input/x EXPRESSION_INVALID")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","input":{"x":"${foo()}"}}]}""", "/steps/0/input/x EXPRESSION_INVALID")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","timeout_ms":0}]}""", "/steps/0/timeout_ms INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure","timeout_ms":86400001}]}""", "/steps/0/timeout_ms INVALID_PLAN")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","retry":{"max_attempts":0}}]}""",
        "/steps/0/retry/max_attempts INVALID_PLAN")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","approval":{"expires_in_ms":0}}]}""",
        "/steps/0/approval/expires_in_ms INVALID_PLAN")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","approval":{"expires_in_ms":9223372036854775807}}]}""",
        "/steps/0/approval/expires_in_ms INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure"}],"output":"steps.b.result"}""", "/output INVALID_PLAN")]
    [InlineData("""{"steps":[{"id":"a","skill":"pure"}],"output":"]"}""", "/output EXPRESSION_INVALID")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","on_failure":{"fallback":{"skill":"none"}}}]}""",
        "/steps/0/on_failure/fallback/skill UNKNOWN_SKILL")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","on_failure":{"fallback":{"skill":"pure","input":{"x":"${q}"}}}}]}""",
        "/steps/0/on_failure/fallback/input/x INVALID_PLAN")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","on_failure":{"fallback":{"skill":"pure","timeout_ms":0}}}]}""",
        "/steps/0/on_failure/fallback/timeout_ms INVALID_PLAN")]
    public void Each_mistake_is_named_by_its_place_and_code(string plan, string mistake) =>
        Assert.Equal([mistake], Mistakes(plan));

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var check = Check("""
            {"steps":[
              {"id":"a","skill":"nothing","depends_on":["x"],"when":"b","retry":{"max_attempts":0},"input":{"p":"${","q":"${r}"}},
              {"id":"a","skill":"fetch@9","timeout_ms":0}],
             "output":"steps.none"}
            """);

        Assert.Null(check.Pinned);
        Assert.Equal(
            [
                "/output INVALID_PLAN", "/steps/0/depends_on/0 INVALID_PLAN", "/steps/0/input/p EXPRESSION_INVALID",
                "/steps/0/input/q INVALID_PLAN", "/steps/0/retry/max_attempts INVALID_PLAN",
                "/steps/0/skill UNKNOWN_SKILL",
                "/steps/0/when INVALID_PLAN", "/steps/1/id INVALID_PLAN", "/steps/1/skill SKILL_VERSION_MISSING",
                "/steps/1/timeout_ms INVALID_PLAN",
            ],
            check.Problems.Select(problem => $"{problem.Pointer} {problem.Code}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_circle_is_told_step_by_step()
    {
        var problem = Assert.Single(Check("""
            {"steps":[{"id":"free","skill":"pure"},
              {"id":"a","skill":"pure","depends_on":["b"]},
              {"id":"b","skill":"pure","input":{"x":"${steps.c.result}"}},
              {"id":"c","skill":"pure","when":"steps.a.result"},
              {"id":"after","skill":"pure","depends_on":["a"]}]}
            """).Problems);

        Assert.Equal("/steps/1", problem.Pointer);
        Assert.Contains("'a' needs 'b' needs 'c' needs 'a'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fallbacks_input_counts_for_circles() => Assert.Equal(["/steps/0 INVALID_PLAN"], Mistakes("""
        {"steps":[{"id":"a","skill":"pure","on_failure":{"fallback":{"skill":"pure","input":{"x":"${steps.b.code}"}}}},
                  {"id":"b","skill":"pure","depends_on":["a"]}]}
        """));

    [Theory]
    [InlineData(
        """{"steps":[{"id":"a","skill":"fetsh"}]}""",
        "There is no skill 'fetsh'. Did you mean 'fetch'? `aos skills` lists them.")]
    [InlineData("""{"steps":[{"id":"a","skill":"zzz"}]}""", "There is no skill 'zzz'. `aos skills` lists them.")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"fetch@3"}]}""",
        "No version of 'fetch' is '3'; there are 2.0.0, 1.10.0, 1.2.0.")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","when":"a.result"}]}""",
        "'a.result' reads 'a', which is nothing; an expression reads input, steps, run or memory. Did you mean 'steps.a'?")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","when":"zz"}]}""",
        "'zz' reads 'zz', which is nothing; an expression reads input, steps, run or memory.")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure","for_each":"input.l","input":{"x":"${itm}"}}]}""",
        "'itm' reads 'itm', which is nothing; an expression reads input, steps, run or memory, item or index.")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"pure"},{"id":"b","skill":"pure","depends_on":["c"]}]}""",
        "There is no step 'c'; the steps are 'a', 'b'.")]
    public void A_mistake_says_what_would_be_right(string plan, string message) =>
        Assert.Equal(message, Assert.Single(Check(plan).Problems).Message);

    [Fact]
    public void A_step_of_a_plan_without_steps_is_missed_in_as_many_words() =>
        Assert.Equal(["A plan has at least one step.", "There is no step 'c'; there are no steps."],
            Check("""{"steps":[],"output":"steps.c.result"}""").Problems.Select(problem => problem.Message));

    [Fact]
    public void Literal_inputs_are_checked_by_the_skills_schema_and_templated_ones_are_not()
    {
        var skills = Versions.Checking((skill, _) => skill.Name.Value == "read"
            ? [new Problem("/url", ErrorCodes.InvalidInput, "missing")]
            : []);

        Assert.Equal(
            ["/steps/0/input/url INVALID_INPUT", "/steps/2/input/url INVALID_INPUT",
                "/steps/3/on_failure/fallback/input/url INVALID_INPUT"],
            Mistakes("""
            {"steps":[{"id":"a","skill":"read","input":{"x":"$${no}"}},{"id":"b","skill":"read","input":{"x":"${input}"}},
              {"id":"c","skill":"pure","input":{"x":1},"on_failure":{"fallback":{"skill":"read"}}},
              {"id":"d","skill":"pure","input":{"x":"${input}"},"on_failure":{"fallback":{"skill":"read","input":{}}}}]}
            """, skills));
    }

    [Fact]
    public void A_mistake_in_an_input_that_the_fallback_shares_is_told_once() =>
        Assert.Equal(["/steps/0/input/x EXPRESSION_INVALID"],
        Mistakes(
            """{"steps":[{"id":"a","skill":"pure","input":{"x":"${"},"on_failure":{"fallback":{"skill":"read"}}}]}"""));

    [Theory]
    [InlineData("fetch@1", "1.10.0")]
    [InlineData("fetch@1.2", "1.2.0")]
    [InlineData("fetch", "2.0.0")]
    [InlineData("fetch@^1.2.0", "1.10.0")]
    [InlineData("fetch@1.2.0", "1.2.0")]
    public void A_reference_is_pinned_to_the_highest_version_that_it_accepts(string reference, string version)
    {
        var pinned = Check($$"""{"steps":[{"id":"a","skill":"{{reference}}"}]}""").Pinned!;

        Assert.Equal($"fetch@{version}", pinned.Plan.Steps[0].Skill?.Value);
        Assert.Equal(SkillVersion.Parse(version), Assert.Single(pinned.Skills).Version);
    }

    [Fact]
    public void Pins_hold_what_decides_how_calls_are_run_once_each_in_order()
    {
        var pinned = Check("""
            {"steps":[{"id":"a","skill":"send"},{"id":"b","skill":"paid","on_failure":{"fallback":{"skill":"fetch@1"}}},
                      {"id":"c","skill":"fetch@1.2.0"},{"id":"d","skill":"send"}]}
            """).Pinned!;

        Assert.Equal(["fetch@1.2.0", "fetch@1.10.0", "paid@1.0.0", "send@1.0.0"],
            pinned.Skills.Select(pin => $"{pin.Name}@{pin.Version}"));
        Assert.Equal(Money.FromCents(10), pinned.Skills[2].Cost!.Worst);
        Assert.Null(pinned.Skills[3].Effect);
        Assert.Equal("fetch@1.10.0", ((OnFailure.Fallback)pinned.Plan.Steps[1].OnFailure!).Call.Skill.Value);
    }

    [Fact]
    public void A_plan_has_no_more_steps_than_the_contract_allows_rounds_before_included()
    {
        var contract = RunScenario.DefaultContract with { MaxSteps = 2 };
        var two = RunScenario.ReadPlan("""{"steps":[{"id":"a","skill":"pure"},{"id":"b","skill":"pure"}]}""");
        var three = RunScenario.ReadPlan(
            """{"steps":[{"id":"x","skill":"pure"},{"id":"y","skill":"pure"},{"id":"z","skill":"pure"}]}""");
        var one = RunScenario.ReadPlan("""{"steps":[{"id":"c","skill":"pure"}]}""");

        var accepted = PlanValidator.Validate(two, Versions, contract);
        var tooMany = PlanValidator.Validate(three, Versions, contract);
        var round = PlanValidator.Validate(one, Versions, contract, PlanProgram.Compile(accepted.Pinned!));

        Assert.Empty(accepted.Problems);
        Assert.Equal(ErrorCodes.PlanTooLarge, Assert.Single(tooMany.Problems).Code);
        Assert.Equal(
            "The plan has 1 steps after 2 of earlier rounds of planning; the contract allows 2.",
            Assert.Single(round.Problems).Message);
    }

    [Fact]
    public void A_later_round_may_refer_to_steps_of_earlier_ones_but_not_take_their_names()
    {
        var earlier = PlanProgram.Compile(Check("""{"steps":[{"id":"a","skill":"pure"}]}""").Pinned!);

        Assert.Empty(
            Check("""{"steps":[{"id":"b","skill":"pure","depends_on":["a"],"when":"steps.a.result"}],"output":"steps.a"}""",
            earlier: earlier).Problems);
        Assert.Equal(
            "/steps/0/id",
            Assert.Single(Check("""{"steps":[{"id":"a","skill":"pure"}]}""", earlier: earlier).Problems).Pointer);
    }

    [Fact]
    public void A_plan_that_was_not_validated_cannot_be_compiled()
    {
        var plan = RunScenario.ReadPlan("""{"steps":[{"id":"a","skill":"pure"}]}""");
        var pins = Check("""{"steps":[{"id":"a","skill":"pure"}]}""").Pinned!.Skills;

        Assert.Throws<InvalidOperationException>(() => PlanProgram.Compile(new PinnedPlan { Plan = plan }));
        foreach (var broken in (string[])
            [
                """{"steps":[{"id":"a","skill":"pure","when":"["}]}""",
                """{"steps":[{"id":"a","skill":"pure","input":{"x":"${"}}]}""",
                """{"steps":[{"id":"a","skill":"pure","depends_on":["b"]},{"id":"b","skill":"pure","depends_on":["a"]}]}""",
            ])
            Assert.Throws<InvalidOperationException>(
                () => PlanProgram.Compile(new PinnedPlan { Plan = RunScenario.ReadPlan(broken), Skills = pins }));
    }

    [Fact]
    public void A_circle_is_told_whatever_else_is_wrong() => Assert.Equal(
        ["/steps/0 INVALID_PLAN", "/steps/2/id INVALID_PLAN", "/steps/3 INVALID_PLAN", "/steps/4/skill UNKNOWN_SKILL"],
        Mistakes("""
            {"steps":[{"id":"a","skill":"pure","depends_on":["b"]},{"id":"b","skill":"pure","depends_on":["a"]},{"id":"a","skill":"pure"},
              {"id":"c","skill":"pure","when":"steps.d.result"},{"id":"d","skill":"none","depends_on":["c"]}]}
            """).Order(StringComparer.Ordinal));

    [Fact]
    public void A_step_without_a_name_and_with_nothing_to_do_is_a_mistake_and_no_defect()
    {
        var plan = new Plan { Steps = [new PlanStep { Id = default, Skill = default, DependsOn = [default] }] };
        Assert.Equal(["/steps/0/id", "/steps/0/depends_on/0", "/steps/0"],
            PlanValidator.Validate(plan, Versions, RunScenario.DefaultContract).Problems.Select(
                problem => problem.Pointer));
    }

    [Theory]
    [InlineData(
        "`5`", "for_each '`5`' gives a number, and must give a list. Name the list; numbers are written as a list such as `[1, 2, 3]`.")]
    [InlineData(
        "'abc'",
        "for_each ''abc'' gives text, and must give a list. Name the list; a text becomes a list of one as ['text'].")]
    [InlineData(
        "`{}`",
        "for_each '`{}`' gives an object, and must give a list. Name the list in it, or write values(…) or keys(…) around it.")]
    public void A_list_that_is_written_out_and_none_is_found_before_the_run(string list, string message)
    {
        var problem =
            Assert.Single(Check($$"""{"steps":[{"id":"a","skill":"pure","for_each":"{{list}}"}]}""").Problems);
        Assert.Equal(("/steps/0/for_each", message), (problem.Pointer, problem.Message));
    }

    [Theory]
    [InlineData("`[1]`")]
    [InlineData("['a']")]
    [InlineData("input.x || 'none'")]
    [InlineData("values(input)")]
    public void A_list_that_is_one_or_is_not_known_yet_is_accepted(string list) =>
        Assert.Empty(Check($$"""{"steps":[{"id":"a","skill":"pure","for_each":"{{list}}"}]}""").Problems);

    [Fact]
    public void Of_a_long_expression_the_part_around_the_mistake_is_shown()
    {
        var text = new string('a', 400) + " ] " + new string('b', 400);
        var message =
            Assert.Single(Check($$"""{"steps":[{"id":"a","skill":"pure","when":"{{text}}"}]}""").Problems).Message;
        Assert.StartsWith("In '…aaa", message, StringComparison.Ordinal);
        Assert.Contains("a ] b", message, StringComparison.Ordinal);
        Assert.EndsWith(
            "bbb…', character 402: The character ']' cannot stand here.", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 80, 180);
    }

    [Fact]
    public void Steps_are_ordered_so_that_each_comes_after_what_it_needs_and_otherwise_as_written() =>
        Assert.Equal([1, 0, 2, 4, 3], StepGraph.Order([[1], [], [0], [4], []])!.Value.Select(i => i));
}
