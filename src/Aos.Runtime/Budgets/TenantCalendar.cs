using System.Globalization;
using Aos.Contracts.Budgets;

namespace Aos.Runtime.Budgets;

/// <summary>The days and months of a time zone. Thread-safe.</summary>
/// <remarks>The kernel has no part in it: what a zone's rules say depends on the machine, so the day of a run is a fact
/// that its journal records.</remarks>
/// <param name="zone">The time zone.</param>
internal sealed class TenantCalendar(TimeZoneInfo zone)
{
    private const string Day = "yyyy-MM-dd";

    /// <summary>The zone's name.</summary>
    public string Zone { get; } = zone.Id;

    /// <summary>Finds a zone by its IANA name; null where this machine does not know it.</summary>
    public static TimeZoneInfo? Find(string? name)
    {
        if (name is null or "UTC") return TimeZoneInfo.Utc;
        // A Windows name would mean nothing on another machine.
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId ? zone : null;
    }

    /// <summary>The day that a moment lies in.</summary>
    public string DayOf(DateTimeOffset moment) =>
        TimeZoneInfo.ConvertTime(moment, zone).ToString(Day, CultureInfo.InvariantCulture);

    /// <summary>When a period begins and ends.</summary>
    /// <param name="day">A day in it.</param>
    /// <param name="period">The kind of period.</param>
    public (DateTimeOffset Start, DateTimeOffset End) BoundsOf(string day, LedgerPeriod period)
    {
        var date = DateOnly.ParseExact(day, Day, CultureInfo.InvariantCulture);
        if (period == LedgerPeriod.Day) return (Midnight(date), Midnight(date.AddDays(1)));
        var first = new DateOnly(date.Year, date.Month, 1);
        return (Midnight(first), Midnight(first.AddMonths(1)));
    }

    // The first second whose local date is that day or a later one: where clocks skip midnight, or the whole day, the
    // day begins when they go on; where they show midnight twice, with the first. Offsets never exceed 14 hours.
    private DateTimeOffset Midnight(DateOnly date)
    {
        var from = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddHours(-36);
        var (before, after) = (0, 72 * 3600);
        while (after - before > 1)
        {
            var middle = (before + after) / 2;
            var local = TimeZoneInfo.ConvertTime(from.AddSeconds(middle), zone);
            if (DateOnly.FromDateTime(local.DateTime) >= date) after = middle;
            else before = middle;
        }
        return from.AddSeconds(after);
    }
}
