using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary><c>on_failure</c>: what a failed step means for its run.</summary>
public sealed class FailurePolicyTests
{
    [Fact]
    public void An_abort_starts_nothing_new_lets_what_is_in_flight_end_and_fails_the_run()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"bad","skill":"read"},{"id":"long","skill":"put"},{"id":"next","skill":"pure","depends_on":["long"]}],"output":"`1`"}
            """), new ScriptedWorld().On("bad", ScriptedAnswer.Fail("HTTP_404") with { Status = Aos.Contracts.Outcomes.OutcomeStatus.Failure })
                .On("long", ScriptedAnswer.Ok().After(5_000)));

        Assert.Equal(
            [
                "step bad failure HTTP_404", "stopping HTTP_404 by bad", "returned long#1 success OK",
                "step long success OK",
                "step next skipped RUN_ABORTED", "run failed HTTP_404 by bad",
            ],
            run.Journal.Lines().Skip(5));
        Assert.Equal("bad", run.Report.FailedStep?.Value);
        Assert.Contains("Step 'bad' failed: HTTP_404", run.Report.Message, StringComparison.Ordinal);
        Assert.Null(run.Report.Output);
    }

    [Fact]
    public void What_is_still_in_flight_after_the_grace_period_is_cancelled()
    {
        var run =
            ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"bad","skill":"read"},{"id":"long","skill":"put"}]}"""),
            new ScriptedWorld().On("bad", ScriptedAnswer.Fail("HTTP_404"))
                .On("long", ScriptedAnswer.Ok().After(50_000)));

        Assert.Equal(
            ["stopping HTTP_404 by bad", "time", "returned long#1 unknown CANCELLED", "step long unknown CANCELLED",
                "run failed HTTP_404 by bad"],
            run.Journal.Lines().Skip(6));
        Assert.Equal(TimeSpan.FromMilliseconds(10_000), run.Journal[7].At - run.Journal[6].At);
    }

    [Fact]
    public void A_tolerated_failure_lets_dependents_run_which_read_null_and_why()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read","on_failure":"continue"},
              {"id":"b","skill":"pure","input":{"r":"${steps.a.result}","s":"${steps.a.status}","c":"${steps.a.code}"}}]}
            """), new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404")));

        Assert.Equal("""{"c":"HTTP_404","r":null,"s":"failure"}""", run.Attempts.Last().Input.ToString());
        Assert.Equal((RunStatus.Completed, ErrorCodes.Ok, StepStatus.Failure),
            (run.Report.Status, run.Report.Code!.Value, run.Report.Steps[0].Status));
        Assert.Null(run.Report.FailedStep);
    }

    [Fact]
    public void A_fallback_that_succeeds_gives_the_step_its_result()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"paid","input":{"x":1},"retry":{"max_attempts":2},"on_failure":{"fallback":{"skill":"paid","input":{"y":"${input}"}}}}],
             "output":"steps.a.result"}
            """), new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_503").Costing(1)).On("a!", ScriptedAnswer.Fail("HTTP_503").Costing(2), ScriptedAnswer.Ok("7").Costing(4)));

        var step = run.Report.Steps.Single();
        Assert.Equal(
            (StepStatus.Success, ErrorCodes.FallbackUsed, 4, 8m),
            (step.Status, step.Code!.Value, step.Attempts, step.Cost.Cents));
        Assert.Equal("7", run.Report.Output?.ToString());
        Assert.Equal("""{"y":{}}""", run.Attempts.Last().Input.ToString());
        Assert.Equal([false, false, true, true], run.Attempts.Select(attempt => attempt.IsFallback));
        Assert.Equal([1, 2, 3, 4], run.Attempts.Select(attempt => attempt.Attempt));
        Assert.Equal(8m, run.Report.Cost.Cents);
    }

    [Fact]
    public void A_fallback_without_an_input_of_its_own_takes_that_of_the_step()
    {
        var run = ScriptedRun.Of(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read","input":{"x":"${input.n}"},"on_failure":{"fallback":{"skill":"pure"}}}]}""") with
            {
                Input = """{"n":3}"""
            },
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404")));

        Assert.Equal(["""{"x":3}""", """{"x":3}"""], run.Attempts.Select(attempt => attempt.Input.ToString()));
    }

    [Fact]
    public void A_fallback_that_fails_keeps_the_first_failure_as_cause()
    {
        var run = ScriptedRun.Of(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read","on_failure":{"fallback":{"skill":"pure"}}}]}"""),
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404")).On("a!", ScriptedAnswer.Fail("HTTP_410")));

        Assert.Equal(ErrorCodes.Http410, run.Report.Code);
        Assert.Equal("The first call failed with HTTP_404.", run.Report.Steps[0].Outcome!.Failure!.Cause);
    }

    [Fact]
    public void A_fallback_stands_in_for_a_call_that_could_not_even_be_made()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"send","input":{"x":"n=${input.n}"},"on_failure":{"fallback":{"skill":"pure","input":{}}}},
                      {"id":"b","skill":"send","on_failure":{"fallback":{"skill":"pure"}}}]}
            """).Limited(c => c with { Skills = [Aos.Contracts.Skills.SkillRef.Parse("pure@1")] }));

        Assert.Equal(["fallback a TEMPLATE_FAILED", "fallback b SKILL_NOT_ALLOWED"],
            run.Journal.Lines().Where(line => line.StartsWith("fallback", StringComparison.Ordinal)));
        Assert.All(
            run.Report.Steps, step => Assert.Equal((ErrorCodes.FallbackUsed, 1), (step.Code!.Value, step.Attempts)));
    }

    [Fact]
    public void A_skill_that_the_contract_does_not_allow_is_never_called_and_the_message_says_what_to_allow()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"a","skill":"send"}]}""")
            .Limited(c => c with { Skills = [Aos.Contracts.Skills.SkillRef.Parse("send@2")] }));

        Assert.Empty(run.Attempts);
        Assert.Equal(ErrorCodes.SkillNotAllowed, run.Report.Code);
        Assert.Contains("add 'send@1' to `skills`", run.Report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Once_the_run_stops_no_fallback_is_started()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"bad","skill":"read"},{"id":"a","skill":"put","on_failure":{"fallback":{"skill":"pure"}}}]}
            """), new ScriptedWorld().On("bad", ScriptedAnswer.Fail("HTTP_404")).On("a", ScriptedAnswer.Fail("HTTP_404").After(100)));

        Assert.Equal(2, run.Attempts.Count());
        Assert.Equal(
            (StepStatus.Failure, ErrorCodes.Http404), (run.Report.Steps[1].Status, run.Report.Steps[1].Code!.Value));
    }
}
