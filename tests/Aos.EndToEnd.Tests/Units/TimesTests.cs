using Aos.Cli.Rendering;

namespace Aos.EndToEnd.Tests.Units;

public sealed class TimesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(1.54, "1.5 ms")]
    [InlineData(85.4, "85 ms")]
    [InlineData(999.6, "1.0 s")]
    [InlineData(2400, "2.4 s")]
    [InlineData(59_990, "1 min 0 s")]
    [InlineData(190_000, "3 min 10 s")]
    [InlineData(7_500_000, "2 h 5 min")]
    [InlineData(200_000_000, "2 days 7 h")]
    public void A_span_is_told_in_two_units_at_most(double milliseconds, string text) =>
        Assert.Equal(text, Times.Span(milliseconds));

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(30, "30 s ago")]
    [InlineData(-300, "in 5 min")]
    [InlineData(-86_399, "in 24 h")]
    [InlineData(-3_599, "in 1 h")]
    [InlineData(-59, "in 59 s")]
    [InlineData(7200, "2 h ago")]
    [InlineData(3 * 86_400, "3 days ago")]
    [InlineData(90 * 86_400, "2025-12-01")]
    public void A_moment_is_told_from_now(int secondsAgo, string text) =>
        Assert.Equal(text, Times.Relative(Now.AddSeconds(-secondsAgo), Now));
}
