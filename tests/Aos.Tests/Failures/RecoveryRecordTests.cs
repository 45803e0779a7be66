using Aos.Contracts.Failures;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Tests.Failures;

/// <summary>Wilson's interval against values that were worked out apart from the code.</summary>
public sealed class RecoveryRecordTests
{
    [Theory]
    [InlineData(10, 8, 0.8, 0.4902, 0.9433)]
    [InlineData(1, 1, 1, 0.2065, 1)]
    [InlineData(1, 0, 0, 0, 0.7935)]
    [InlineData(20, 20, 1, 0.8389, 1)]
    [InlineData(1000, 500, 0.5, 0.4691, 0.5309)]
    public void The_interval_is_that_of_Wilson(int tries, int successes, double rate, double low, double high)
    {
        var record = Of(tries, successes);

        Assert.Equal((rate, low, high), (record.Rate, record.RateLow, record.RateHigh));
    }

    [Fact]
    public void Without_tries_there_is_no_rate()
    {
        var record = Of(0, 0);

        Assert.Null(record.Rate);
        Assert.Null(record.RateLow);
        Assert.Null(record.RateHigh);
    }

    private static RecoveryRecord Of(int tries, int successes) => new()
    {
        Skill = SkillName.Parse("ask"),
        Code = ErrorCode.Parse("TIMEOUT"),
        Tries = tries,
        Successes = successes,
    };
}
