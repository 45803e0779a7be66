using Aos.Contracts.Runs;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Facts that are repeated, late or about nothing leave no trace.</summary>
public sealed class IgnoredFactTests
{
    private static readonly RunScenario Two = RunScenario.Of("""
        {"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"read","for_each":"[`1`,`2`]"},{"id":"c","skill":"read","depends_on":["a"]}]}
        """);

    [Fact]
    public void An_attempt_comes_back_once()
    {
        var given = Given.Run(Two).And(Facts.Returned("a"));

        given.When(Facts.Returned("a")).ThenNothing();
        given.When(Facts.Failed("a", "HTTP_503")).ThenNothing();
    }

    [Theory]
    [InlineData("a", 2, null)]
    [InlineData("a", 0, null)]
    [InlineData("a", 1, 0)]
    [InlineData("a", 1, -1)]
    [InlineData("b", 1, null)]
    [InlineData("b", 1, 2)]
    [InlineData("b", 1, -1)]
    [InlineData("b", 1, int.MinValue)]
    [InlineData("c", 1, null)]
    [InlineData("nobody", 1, null)]
    public void An_attempt_that_nobody_started_does_not_come_back(string step, int attempt, int? item) =>
        Given.Run(Two).When(Facts.Returned(step, attempt: attempt, item: item)).ThenNothing();

    [Fact]
    public void A_run_is_submitted_once()
    {
        var documents = new MemoryDocuments();
        var submitted = Two.Submit(documents);
        var state = RunKernel.Advance(RunState.Empty(documents), submitted).State;

        Assert.Empty(RunKernel.Advance(state, submitted).Events);
    }

    [Fact]
    public void Before_it_is_submitted_and_after_it_ended_nothing_happens_to_a_run()
    {
        var ended = Given.Run(RunScenario.Of("""{"steps":[{"id":"a","skill":"read"}]}""")).And(Facts.Returned("a"));
        RunEvent.Fact[] facts =
        [
            Facts.Returned("a"), Facts.Cancel(), Facts.Recovered(), Facts.Settled("a", happened: true),
            new RunEvent.TimeReached { At = DateTimeOffset.MaxValue },
            new RunEvent.PlannerAnswered { Round = 1, Code = Aos.Contracts.Failures.ErrorCodes.Ok },
        ];

        Assert.All(facts, fact =>
        {
            ended.When(fact).ThenNothing();
            Assert.Empty(RunKernel.Advance(RunState.Empty(new MemoryDocuments()), fact).Events);
        });
        Assert.Null(RunState.Empty(new MemoryDocuments()).NextWake);
        Assert.Throws<InvalidOperationException>(() => RunState.Empty(new MemoryDocuments()).Contract);
        Assert.Throws<InvalidOperationException>(
            () => RunReporter.Report(RunState.Empty(new MemoryDocuments()), default));
    }

    [Fact]
    public void A_moment_that_nobody_waits_for_is_ignored() =>
        Given.Run(Two).When(new RunEvent.TimeReached()).ThenNothing();

    [Fact]
    public void A_fact_is_kept_to_the_microsecond_in_universal_time()
    {
        var at = new DateTimeOffset(2026, 1, 2, 5, 4, 5, TimeSpan.FromHours(2)).AddTicks(12_345_678);

        var taken = Given.Run(Two).When(Facts.Returned("a") with { At = at });

        Assert.All(taken.Transition.Events, e => Assert.Equal(12_345_670, (e.At - Two.Start).Ticks));
        Assert.All(taken.Transition.Events, e => Assert.Equal(TimeSpan.Zero, e.At.Offset));
    }
}
