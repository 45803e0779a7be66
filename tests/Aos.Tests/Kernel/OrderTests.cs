using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>What starts when: dependencies, parallelism.</summary>
public sealed class OrderTests
{
    [Fact]
    public void A_plan_that_came_with_the_run_is_taken_on_and_what_depends_on_nothing_starts() =>
        Given.Run(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"read","depends_on":["a"]},{"id":"c","skill":"read"}]}
            """))
            .When(Facts.Returned("a"))
            .Then("step a success OK", "started b#1")
            .ThenEffects("invoke b#1 read");

    [Fact]
    public void A_reference_in_an_input_implies_a_dependency()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"late","skill":"pure","input":{"x":"${steps.early.result.n}"}},{"id":"early","skill":"pure"}]}
            """), new ScriptedWorld().On("early", ScriptedAnswer.Ok("""{"n":7}""")));

        Assert.Equal(["early", "late"], run.Attempts.Select(attempt => attempt.Call.ToString()));
        Assert.Equal("""{"x":7}""", run.Attempts.Last().Input.ToString());
    }
}
