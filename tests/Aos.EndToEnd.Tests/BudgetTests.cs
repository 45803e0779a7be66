using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>What may be spent: <c>aos budget</c>.</summary>
public sealed class BudgetTests : EndToEndTest
{
    [Fact]
    public async Task The_limits_of_the_tenant_are_shown_and_set()
    {
        var before = await Bench.AosAsync("budget", "--json");
        Assert.Equal(0, before.ExitCode);
        Assert.Contains("\"limit_cents\":2000", before.Out, StringComparison.Ordinal);

        var set = await Bench.AosAsync("budget", "--per-day", "500", "--per-month", "9000", "--time-zone", "Europe/Berlin");
        Assert.Equal(0, set.ExitCode);
        Assert.Contains("500¢", set.Out, StringComparison.Ordinal);
        Assert.Contains("9000¢", set.Out, StringComparison.Ordinal);
        Assert.Contains("Europe/Berlin", set.Out, StringComparison.Ordinal);

        var after = await Bench.AosAsync("budget", "--per-month", "none", "--json");
        Assert.Contains("\"tenant_version\":3", after.Out, StringComparison.Ordinal);
        Assert.Contains("\"limit_cents\":500", after.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("9000", after.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_or_a_zone_that_is_none_is_refused_and_changes_nothing()
    {
        Assert.Equal(2, (await Bench.AosAsync("budget", "--per-day", "-1")).ExitCode);
        Assert.Equal(2, (await Bench.AosAsync("budget", "--per-day", "much")).ExitCode);
        var zone = await Bench.AosAsync("budget", "--time-zone", "Mars/Olympus");
        Assert.Equal(2, zone.ExitCode);
        Assert.Contains("Mars/Olympus", zone.Error, StringComparison.Ordinal);
        Assert.Contains("\"tenant_version\":1", (await Bench.AosAsync("budget", "--json")).Out, StringComparison.Ordinal);
    }
}
