using Aos.Cli.Rendering;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.EndToEnd.Tests.Units;

public sealed class WaterfallTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly StepId Fetch = StepId.Parse("fetch");

    [Fact]
    public void A_failed_attempt_its_backoff_and_a_success_follow_each_other()
    {
        var waterfall = Waterfall.Of(
        [
            Submitted(),
            Started(0, 1), Returned(500, 1, OutcomeStatus.Failure, "TIMEOUT"),
            new RunEvent.RetryScheduled
            {
                At = At(500),
                StepId = Fetch,
                Attempt = 2,
                DelayMs = 300,
                Rule = BackoffRule.Exponential,
                BoundMs = 1000
            },
            Started(800, 2), Returned(900, 2, OutcomeStatus.Success, "OK"),
            new RunEvent.StepEnded
            {
                At = At(900),
                StepId = Fetch,
                Status = OutcomeStatus.Success,
                Code = ErrorCodes.Ok
            },
        ], At(5000));

        var row = Assert.Single(waterfall.Rows);
        Assert.Equal(
            [(StretchKind.Failure, 0.0, 500.0), (StretchKind.Backoff, 500.0, 800.0),
                (StretchKind.Success, 800.0, 900.0)],
            row.Stretches.Select(stretch => (stretch.Kind, stretch.FromMs, stretch.ToMs)));
        Assert.Equal(900, waterfall.LengthMs);
        Assert.Equal("http_call@1.0.0", row.Skill);
    }

    [Fact]
    public void What_is_in_flight_lasts_until_now()
    {
        var waterfall = Waterfall.Of([Submitted(), Started(100, 1)], At(2000));

        var stretch = Assert.Single(Assert.Single(waterfall.Rows).Stretches);
        Assert.Equal((StretchKind.Open, 100.0, 2000.0), (stretch.Kind, stretch.FromMs, stretch.ToMs));
    }

    [Fact]
    public void A_lost_attempt_stays_open_and_is_followed_by_the_next()
    {
        var waterfall = Waterfall.Of(
        [
            Submitted(), Started(0, 1),
            new RunEvent.RunRecovered { At = At(1000), Epoch = 2 },
            new RunEvent.AttemptLost { At = At(1000), StepId = Fetch, Attempt = 1 },
            Started(1000, 2), Returned(1200, 2, OutcomeStatus.Success, "OK"),
        ], At(1200));

        Assert.Equal(
            [StretchKind.Open, StretchKind.Success], waterfall.Rows[0].Stretches.Select(stretch => stretch.Kind));
    }

    private static DateTimeOffset At(int milliseconds) => Start.AddMilliseconds(milliseconds);

    private static RunEvent.RunSubmitted Submitted() => new()
    {
        At = Start,
        RunId = RunId.Parse("run_0123456789"),
        Tenant = "local",
        AgentId = "tester",
        Input = Payload.Empty,
        Settings = Digest.Of("settings"u8),
        TraceId = new string('0', 32),
    };

    private static RunEvent.AttemptStarted Started(int at, int attempt) => new()
    {
        At = At(at),
        StepId = Fetch,
        Attempt = attempt,
        Skill = SkillName.Parse("http_call"),
        SkillVersion = new SkillVersion(1, 0, 0),
        TimeoutMs = 1000,
    };

    private static RunEvent.AttemptReturned Returned(int at, int attempt, OutcomeStatus status, string code) => new()
    {
        At = At(at),
        StepId = Fetch,
        Attempt = attempt,
        Status = status,
        Code = ErrorCode.Parse(code),
    };
}
