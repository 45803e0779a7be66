using Aos.Contracts.Budgets;
using Aos.Runtime.Budgets;

namespace Aos.Tests.Runtime;

public sealed class TenantCalendarTests
{
    [Theory]
    [InlineData("UTC", "2026-03-29T23:59:59Z", "2026-03-29", "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z")]
    [InlineData(
        "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29", "2026-03-28T23:00:00Z",
        "2026-03-29T22:00:00Z")] // 23 hours
    [InlineData(
        "Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25", "2026-10-24T22:00:00Z",
        "2026-10-25T23:00:00Z")] // 25 hours
    [InlineData(
        "America/New_York", "2026-03-08T04:59:59Z", "2026-03-07", "2026-03-07T05:00:00Z", "2026-03-08T05:00:00Z")]
    [InlineData(
        "Asia/Kathmandu", "2026-05-01T18:14:59Z", "2026-05-01", "2026-04-30T18:15:00Z",
        "2026-05-01T18:15:00Z")] // UTC+5:45
    [InlineData(
        "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04", "2018-11-04T03:00:00Z",
        "2018-11-05T02:00:00Z")] // no midnight
    [InlineData(
        "America/Havana", "2026-11-01T04:00:00Z", "2026-11-01", "2026-11-01T04:00:00Z",
        "2026-11-02T05:00:00Z")] // midnight twice
    public void A_day_lasts_from_midnight_to_midnight_in_its_zone(
        string zone, string moment, string day, string start, string end)
    {
        var calendar = new TenantCalendar(TenantCalendar.Find(zone)!);

        Assert.Equal(day, calendar.DayOf(At(moment)));
        Assert.Equal((At(start), At(end)), calendar.BoundsOf(day, LedgerPeriod.Day));
    }

    [Fact]
    public void A_month_lasts_from_its_first_to_the_first_of_the_next()
    {
        var calendar = new TenantCalendar(TenantCalendar.Find("Europe/Berlin")!);

        Assert.Equal(
            (At("2026-02-28T23:00:00Z"), At("2026-03-31T22:00:00Z")),
            calendar.BoundsOf("2026-03-17", LedgerPeriod.Month));
        Assert.Equal(
            (At("2026-11-30T23:00:00Z"), At("2026-12-31T23:00:00Z")),
            calendar.BoundsOf("2026-12-31", LedgerPeriod.Month));
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    public void A_zone_that_nobody_knows_is_none(string zone) => Assert.Null(TenantCalendar.Find(zone));

    [Theory]
    [InlineData("UTC")]
    [InlineData("Europe/Berlin")]
    [InlineData("Pacific/Apia")]
    [InlineData("Australia/Lord_Howe")]
    public void Every_moment_of_ten_years_lies_within_the_day_that_it_is_said_to_lie_in(string zone)
    {
        var calendar = new TenantCalendar(TenantCalendar.Find(zone)!);
        for (var moment = At("2010-12-01T00:00:00Z"); moment < At("2020-12-01T00:00:00Z"); moment =
            moment.AddMinutes(377))
        {
            var (start, end) = calendar.BoundsOf(calendar.DayOf(moment), LedgerPeriod.Day);
            Assert.True(start <= moment && moment < end, $"{moment:O} is not within {start:O} and {end:O}.");
        }
    }

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
