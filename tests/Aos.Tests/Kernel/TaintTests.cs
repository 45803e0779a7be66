using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>What a model or a stranger wrote stays marked, through everything that is made from it.</summary>
public sealed class TaintTests
{
    private static readonly ScriptedAnswer Written = ScriptedAnswer.Ok("""{"text":"x"}""") with { Tainted = true };

    private static (string[] Inputs, string[] Results) Tainted(string plan, ScriptedWorld world)
    {
        var run = ScriptedRun.Of(RunScenario.Of(plan), world);
        Assert.Equal(RunStatus.Completed, run.Report.Status);
        return ([
            .. run.Journal.OfType<RunEvent.AttemptStarted>().Where(started => started.Tainted)
                .Select(started => started.StepId.Value)],
            [.. run.Report.Steps.Where(step => step.Outcome!.Execution!.Tainted).Select(step => step.StepId.Value)]);
    }

    [Fact]
    public void A_step_that_reads_a_tainted_result_is_tainted_and_so_is_all_that_follows()
    {
        var (inputs, results) = Tainted("""
            {"steps":[{"id":"model","skill":"read"},{"id":"clean","skill":"read"},
                      {"id":"next","skill":"pure","input":{"x":"${steps.model.result.text}"}},
                      {"id":"after","skill":"send","input":{"x":"say ${steps.next.result}"}},
                      {"id":"aside","skill":"pure","input":{"x":"${steps.clean.result}"}},
                      {"id":"later","skill":"read","depends_on":["model"],"input":{"x":1}}]}
            """, new ScriptedWorld().On("model", Written));

        Assert.Equal(["next", "after"], inputs);
        Assert.Equal(["model", "next", "after"], results);
    }

    [Fact]
    public void A_list_that_is_tainted_taints_every_item()
    {
        var (inputs, _) = Tainted("""
            {"steps":[{"id":"model","skill":"read"},{"id":"each","skill":"put","for_each":"steps.model.result.list","input":{"at":"${index}"}}]}
            """, new ScriptedWorld().On("model", ScriptedAnswer.Ok("""{"list":[1,2]}""") with { Tainted = true }));

        Assert.Equal(["each", "each"], inputs);
    }

    [Fact]
    public void What_a_tainted_call_says_of_its_failure_is_tainted()
    {
        const string plan = """
            {"steps":[{"id":"tool","skill":"read","on_failure":"continue"},
                      {"id":"both","skill":"read","on_failure":{"fallback":{"skill":"pure","input":{}}}},
                      {"id":"told","skill":"send","input":{"x":"${steps.tool.message}"}},
                      {"id":"aside","skill":"send","input":{"x":"${steps.both.result}"}}]}
            """;
        var run = ScriptedRun.Of(RunScenario.Of(plan), new ScriptedWorld()
            .On("tool", ScriptedAnswer.Fail("HTTP_400") with { Tainted = true })
            .On("both", ScriptedAnswer.Fail("HTTP_400") with { Tainted = true }));

        Assert.Equal(
            ["told"],
            run.Journal.OfType<RunEvent.AttemptStarted>().Where(started => started.Tainted)
                .Select(started => started.StepId.Value));
        Assert.Equal(
            ["tool", "told"],
            run.Report.Steps.Where(step => step.Outcome!.Execution!.Tainted).Select(step => step.StepId.Value));
    }

    [Fact]
    public void A_run_by_the_first_rules_passes_over_what_a_failure_says()
    {
        const string plan = """
            {"steps":[{"id":"tool","skill":"read","on_failure":"continue"},{"id":"told","skill":"send","input":{"x":"${steps.tool.message}"}}]}
            """;
        var run = ScriptedRun.Of(RunScenario.Of(plan) with { RulesVersion = 1 },
            new ScriptedWorld().On("tool", ScriptedAnswer.Fail("HTTP_400") with { Tainted = true }));

        Assert.DoesNotContain(run.Journal.OfType<RunEvent.AttemptStarted>(), started => started.Tainted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_that_a_plan_of_a_model_says_is_tainted(bool isModel)
    {
        var run =
            ScriptedRun.Of(RunScenario.OfGoal("do it") with { Planning = new PlanningTerms { Tainted = isModel } },
            new ScriptedWorld().Plans(
                ScriptedPlan.Of("""{"steps":[{"id":"a","skill":"send","input":{"x":"written out"}}]}""")));

        Assert.Equal(isModel, run.Journal.OfType<RunEvent.AttemptStarted>().Single().Tainted);
        Assert.Equal(isModel, run.Report.Steps[0].Outcome!.Execution!.Tainted);
    }

    [Fact]
    public void A_run_without_such_results_has_no_taint()
    {
        var (inputs, results) = Tainted(
            """{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"pure","input":{"x":"${steps.a.result}"}}]}""",
            new ScriptedWorld());

        Assert.Empty(inputs);
        Assert.Empty(results);
    }

    [Fact]
    public void A_policy_sees_what_is_tainted_and_what_is_not()
    {
        const string plan = """
            {"steps":[{"id":"model","skill":"read"},{"id":"aside","skill":"send","input":{"x":1}},
                      {"id":"out","skill":"send","depends_on":["aside"],"input":{"x":"${steps.model.result}"}}]}
            """;
        var scenario = RunScenario.Of(plan) with
        {
            Policies = [
                AosJson.Read<Policy>(
                    """{"policy":"p","version":1,"rules":[{"id":"t","verdict":"deny","match":{"skills":["send"],"tainted":true}}]}"""u8)],
        };

        var run = ScriptedRun.Of(scenario, new ScriptedWorld().On("model", Written));

        Assert.Equal(
            ("out", "t"),
            (run.Journal.OfType<RunEvent.PolicyDenied>().Single().StepId.Value,
                run.Journal.OfType<RunEvent.PolicyDenied>().Single().Rules[0].Rule));
        Assert.Equal(RunStatus.Completed, ScriptedRun.Of(scenario, new ScriptedWorld()).Report.Status);
    }
}
