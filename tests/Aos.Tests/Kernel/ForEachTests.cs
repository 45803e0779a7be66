using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary><c>for_each</c>: one step for each item of a list.</summary>
public sealed class ForEachTests
{
    private static RunScenario Over(string list, string more = "") => RunScenario.Of($$"""
        {"steps":[{"id":"a","skill":"read","for_each":"input.list","input":{"i":"${index}","x":"${item}"}{{more}}}],
         "output":"steps.a.result"}
        """) with { Input = $$"""{"list":{{list}}}""" };

    [Fact]
    public void Each_item_is_a_call_with_its_item_and_index_and_the_result_is_the_list_of_results()
    {
        var run = ScriptedRun.Of(Over("""["p",{"q":1},null]"""),
            new ScriptedWorld().On("a[0]", ScriptedAnswer.Ok("10").After(30))
                .On("a[1]", ScriptedAnswer.Ok("11").After(20)));

        Assert.Equal(["""{"i":0,"x":"p"}""", """{"i":1,"x":{"q":1}}""", """{"i":2,"x":null}"""],
            run.Attempts.Select(attempt => attempt.Input.ToString()));
        Assert.Equal("[10,11,{}]", run.Report.Output?.ToString());
        Assert.Equal("[10,11,{}]", run.Report.Steps.Single().Outcome?.Result?.ToString());
    }

    [Fact]
    public void An_empty_list_succeeds_with_an_empty_list()
    {
        var run = ScriptedRun.Of(Over("[]"));

        Assert.Equal(
            ["submitted", "plan accepted 0", "expanded a []", "step a success OK", "run completed OK"],
            run.Journal.Lines());
        Assert.Equal("[]", run.Report.Output?.ToString());
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData("5", "a number")]
    [InlineData("\"x\"", "text")]
    [InlineData("{}", "an object")]
    [InlineData("true", "true or false")]
    public void Something_else_than_a_list_fails_the_step(string list, string kind)
    {
        var run = ScriptedRun.Of(Over(list));

        Assert.Equal((RunStatus.Failed, ErrorCodes.TemplateFailed), (run.Report.Status, run.Report.Code!.Value));
        Assert.Contains(
            $"for_each 'input.list' gives {kind}, and must give a list. Name ", run.Report.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_cannot_be_evaluated_fails_the_step_which_can_be_tolerated()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read","for_each":"length(`1`)","on_failure":"continue"},
                      {"id":"b","skill":"pure","depends_on":["a"]}]}
            """));

        Assert.Equal((StepStatus.Failure, RunStatus.Completed), (run.Report.Steps[0].Status, run.Report.Status));
        Assert.Equal("b", Assert.Single(run.Attempts).Call.Step.Value);
    }

    [Fact]
    public void A_condition_holds_per_item()
    {
        var run = ScriptedRun.Of(
            Over("[1,2,3]", ""","when":"item != `2`" """), new ScriptedWorld().On("a", ScriptedAnswer.Ok("9")));

        Assert.Equal("[9,null,9]", run.Report.Output?.ToString());
        Assert.Contains("item a[1] skipped CONDITION_FALSE", run.Journal.Lines());
        Assert.Equal((StepStatus.Success, 2), (run.Report.Steps[0].Status, run.Report.Steps[0].Attempts));
    }

    [Fact]
    public void A_step_all_of_whose_items_are_skipped_is_skipped()
    {
        var report = ScriptedRun.Of(Over("[1,2]", ""","when":"`false`" """)).Report;

        Assert.Equal(
            (StepStatus.Skipped, ErrorCodes.ConditionFalse), (report.Steps[0].Status, report.Steps[0].Code!.Value));
        Assert.Equal("null", report.Output!.ToString());
    }

    [Fact]
    public void An_item_that_fails_stops_the_rest_lets_what_is_in_flight_end_and_fails_the_run()
    {
        var run = ScriptedRun.Of(Over("[1,2,3,4]").Limited(c => c with { MaxParallelSteps = 2 }), new ScriptedWorld()
            .On("a[0]", ScriptedAnswer.Fail("HTTP_404").After(10)).On("a[1]", ScriptedAnswer.Ok().After(50)));

        Assert.Equal(
            [
                "returned a[0]#1 failure HTTP_404", "item a[0] failure HTTP_404", "stopping HTTP_404 by a",
                "returned a[1]#1 success OK", "item a[1] success OK", "step a failure HTTP_404",
                "run failed HTTP_404 by a",
            ],
            run.Journal.Lines().Skip(5));
        Assert.Equal(2, run.Attempts.Count());
    }

    [Fact]
    public void A_failed_item_that_is_tolerated_leaves_null_in_its_place()
    {
        var run = ScriptedRun.Of(Over("[1,2,3]", ""","on_failure":"continue" """), new ScriptedWorld()
            .On("a", ScriptedAnswer.Ok("9")).On("a[1]", ScriptedAnswer.Fail("HTTP_404")));

        Assert.Equal("[9,null,9]", run.Report.Output?.ToString());
        Assert.Equal((RunStatus.Completed, StepStatus.Partial, ErrorCodes.Http404),
            (run.Report.Status, run.Report.Steps[0].Status, run.Report.Steps[0].Code!.Value));
        Assert.StartsWith("1 of 3 items", run.Report.Steps[0].Outcome?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_all_of_whose_items_fail_has_failed() =>
        Assert.Equal(StepStatus.Failure, ScriptedRun.Of(Over("[1,2]", ""","on_failure":"continue" """),
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404"))).Report.Steps[0].Status);

    [Fact]
    public void A_fallback_holds_per_item_and_attempts_and_costs_are_summed()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"paid","for_each":"[`1`,`2`]","on_failure":{"fallback":{"skill":"paid","input":{"second":"${item}"}}}}],
             "output":"steps.a.result"}
            """), new ScriptedWorld()
            .On("a[0]", ScriptedAnswer.Ok("1").Costing(3)).On("a[1]", ScriptedAnswer.Fail("HTTP_404").Costing(2))
            .On("a[1]!", ScriptedAnswer.Ok("2").Costing(4)));

        Assert.Equal("[1,2]", run.Report.Output?.ToString());
        var step = run.Report.Steps.Single();
        Assert.Equal((ErrorCodes.FallbackUsed, 3, 9m), (step.Code!.Value, step.Attempts, step.Cost.Cents));
        Assert.Equal(1, step.Outcome!.Execution!.Retries); // of the second item
    }

    [Fact]
    public void An_item_that_cannot_be_made_is_a_failed_item()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read","for_each":"input.list","input":{"x":"n=${item.n}"},"on_failure":"continue"}]}
            """) with { Input = """{"list":[{"n":1},{}]}""" });

        Assert.Equal(["item a[0] success OK", "item a[1] failure TEMPLATE_FAILED"],
            run.Journal.Lines().Where(line => line.StartsWith("item", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
        Assert.Equal(StepStatus.Partial, run.Report.Steps[0].Status);
    }

    [Fact]
    public void A_step_that_did_not_finish_when_the_run_stopped_tells_why()
    {
        var scenario = RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read","for_each":"[`1`,`2`,`3`]"},{"id":"b","skill":"read"}]}
            """).Limited(c => c with { MaxParallelSteps = 2 });
        var given = Given.Run(scenario).And(Facts.Failed("a", "HTTP_404", item: 0));

        given.When(Facts.Returned("a", item: 1))
            .Then("item a[1] success OK", "step a failure HTTP_404", "step b skipped RUN_ABORTED",
                "run failed HTTP_404 by a");

        Assert.Equal("Item 0 did not succeed, and the rest was not made: HTTP_404", given.State.Steps[0].Message);
    }
}
