using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>In a simulation results are unknown, and what is computed from them is unknown too.</summary>
public sealed class UnknownTests
{
    private static ScriptedRun Simulate(string plan) => ScriptedRun.Of(RunScenario.Of(plan), new AllUnknown());

    [Fact]
    public void An_unknown_condition_is_taken() =>
        Assert.Equal(
            ["a", "b"],
            Simulate(
                """{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"read","when":"steps.a.result.x > `1`"}]}""")
            .Attempts.Select(attempt => attempt.Call.ToString()));

    [Fact]
    public void An_unknown_list_counts_one_item()
    {
        var run =
            Simulate("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"read","for_each":"steps.a.result","input":{"x":"${item}","i":"${index}"}}],"output":"steps.b.result"}""");

        Assert.Equal(["a", "b[0]"], run.Attempts.Select(attempt => attempt.Call.ToString()));
        Assert.Equal("""{"i":0,"x":null}""", run.Attempts.Last().Input.ToString());
        Assert.True(run.Report.Output!.IsUnknown);
    }

    [Theory]
    [InlineData("steps.b.result")]
    [InlineData("[steps.a.result, `1`, steps.c.result]")]
    public void A_list_of_unknown_items_keeps_its_length(string list)
    {
        var run = Simulate($$$"""
            {"steps":[{"id":"a","skill":"read"},{"id":"c","skill":"read"},{"id":"b","skill":"read","for_each":"[`1`,`2`,`3`]"},
              {"id":"d","skill":"read","for_each":"{{{list}}}","input":{"x":"${item}"}},
              {"id":"e","skill":"read","for_each":"steps.d.result"}]}
            """);

        Assert.Equal(3, run.Attempts.Count(attempt => attempt.Call.Step.Value == "d"));
        Assert.Equal(3, run.Attempts.Count(attempt => attempt.Call.Step.Value == "e"));
        Assert.Equal(RunStatus.Completed, run.Report.Status);
    }

    [Fact]
    public void Unknown_values_in_inputs_and_text_are_no_failure()
    {
        var run =
            Simulate("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"read","input":{"t":"x ${steps.a.result.y}","v":"${steps.a.result}","l":"${[steps.a.result]}"}}],"output":"{k: steps.b.result}"}""");

        Assert.Equal("""{"l":[null],"t":"x ","v":null}""", run.Attempts.Last().Input.ToString());
        Assert.Equal(RunStatus.Completed, run.Report.Status);
        Assert.Same(Payload.Unknown, run.Report.Output);
    }

    private sealed class AllUnknown : ScriptedWorld
    {
        public override ScriptedAnswer Answer(Aos.Kernel.Runs.Effect.InvokeSkill attempt) => ScriptedAnswer.OkUnknown();
    }
}
