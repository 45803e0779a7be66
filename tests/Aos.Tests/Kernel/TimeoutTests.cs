using Aos.Contracts.Skills;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>How long an attempt may take.</summary>
public sealed class TimeoutTests
{
    private static int[] Timeouts(string step, long maxRunMs = 10_000_000) => [.. ScriptedRun.Of(
        RunScenario.Of($$"""{"steps":[{"id":"a",{{step}}}]}""")
            .WithSkills(shelf => shelf.With("slow@1.0.0", EffectClass.Read, timeoutMs: 300_000), "slow")
            .Limited(c => c with { MaxRunMs = maxRunMs }),
        new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404").After(0))
            .On("a!", ScriptedAnswer.Ok().After(0))).Attempts.Select(attempt => attempt.TimeoutMs)];

    [Theory]
    [InlineData("\"skill\":\"read\"", 60_000)]
    [InlineData("\"skill\":\"slow\"", 300_000)]
    [InlineData("\"skill\":\"slow\",\"timeout_ms\":2000", 2_000)]
    [InlineData("\"skill\":\"read\",\"timeout_ms\":1", 1)]
    public void An_attempt_takes_as_long_as_the_step_or_else_its_skill_says(string step, int timeout) =>
        Assert.Equal([timeout], Timeouts(step));

    [Fact]
    public void A_fallback_has_its_own_time_or_its_skills_not_the_steps()
    {
        Assert.Equal(
            [2_000, 60_000],
            Timeouts("\"skill\":\"slow\",\"timeout_ms\":2000,\"on_failure\":{\"fallback\":{\"skill\":\"read\"}}"));
        Assert.Equal(
            [2_000, 7],
            Timeouts("\"skill\":\"slow\",\"timeout_ms\":2000,\"on_failure\":{\"fallback\":{\"skill\":\"read\",\"timeout_ms\":7}}"));
    }

    [Fact]
    public void No_attempt_may_take_longer_than_the_run_has_left() =>
        Assert.Equal([5_000], Timeouts("\"skill\":\"read\"", maxRunMs: 5_000));

    [Fact]
    public void The_longest_times_that_can_be_given_do_no_harm() =>
        Assert.Equal([60_000], Timeouts("\"skill\":\"read\"", maxRunMs: long.MaxValue));
}
