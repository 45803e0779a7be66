using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary><c>when</c>: whether a step is done.</summary>
public sealed class ConditionTests
{
    private static ScriptedRun Run(string condition, string input = "{}") => ScriptedRun.Of(RunScenario.Of($$$"""
        {"steps":[{"id":"a","skill":"send","when":"{{{condition}}}"},
                  {"id":"b","skill":"pure","depends_on":["a"],"input":{"status":"${steps.a.status}","code":"${steps.a.code}","result":"${steps.a.result}"}}]}
        """) with { Input = input });

    [Theory]
    [InlineData("`false`")]
    [InlineData("input.missing")]
    [InlineData("`null`")]
    [InlineData("`[]`")]
    [InlineData("''")]
    public void A_step_whose_condition_does_not_hold_is_skipped_and_dependents_run_and_read_null(string condition)
    {
        var run = Run(condition);

        Assert.Equal(["b"], run.Attempts.Select(attempt => attempt.Call.Step.Value));
        Assert.Equal(
            """{"code":"CONDITION_FALSE","result":null,"status":"skipped"}""", run.Attempts.Single().Input.ToString());
        Assert.Equal(
            (StepStatus.Skipped, ErrorCodes.ConditionFalse),
            (run.Report.Steps[0].Status, run.Report.Steps[0].Code!.Value));
        Assert.Equal(RunStatus.Completed, run.Report.Status);
    }

    [Theory]
    [InlineData("`true`")]
    [InlineData("`0`")]
    [InlineData("input.n > `3`")]
    public void A_step_whose_condition_holds_is_done(string condition) =>
        Assert.Equal(["a", "b"], Run(condition, """{"n":4}""").Attempts.Select(attempt => attempt.Call.Step.Value));

    [Fact]
    public void A_condition_that_cannot_be_evaluated_fails_the_step_and_says_why()
    {
        var run = Run("length(input.n)", """{"n":4}""");

        Assert.Equal(ErrorCodes.TemplateFailed, run.Report.Code);
        Assert.Equal("a", run.Report.FailedStep?.Value);
        Assert.Contains(
            "The condition failed. In 'length(input.n)', character 1: ", run.Report.Message, StringComparison.Ordinal);
        Assert.Empty(run.Attempts);
    }

    [Fact]
    public void A_condition_sees_the_run_and_its_input()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"goal":"g","steps":[{"id":"a","skill":"pure","when":"memory","input":{}},
              {"id":"b","skill":"pure","when":"sort(keys(@))","input":{"run":"${run}","all":"${sort(keys(@))}","ids":"${sort(keys(steps))}","n":"${steps.a.attempts}","m":"${steps.a.message}","none":"${run.nothing}"}}]}
            """));

        Assert.Equal("""
            {"all":["input","memory","run","steps"],"ids":["a","b"],"m":"The condition 'memory' is false.","n":0,"none":null,"run":{"agent_id":"tester","goal":"g","id":"run_00000000","started_at":"2026-01-02T03:04:05.000000Z","tenant":"local"}}
            """.Trim(), run.Attempts.Single().Input.ToString());
    }

    [Fact]
    public void Inputs_that_cannot_be_made_fail_the_step()
    {
        var run =
            ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"a","skill":"pure","input":{"x":"n=${input.n}"}}]}"""));

        Assert.Equal(ErrorCodes.TemplateFailed, run.Report.Code);
        Assert.Contains(
            "The input of a cannot be made: 'input.n' is null", run.Report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_cannot_be_evaluated_fails_the_run()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"a","skill":"pure"}],"output":"length(`1`)"}"""));

        Assert.Equal((RunStatus.Failed, ErrorCodes.TemplateFailed), (run.Report.Status, run.Report.Code!.Value));
        Assert.Contains("The output 'length(`1`)' failed", run.Report.Message, StringComparison.Ordinal);
    }
}
