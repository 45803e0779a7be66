using Aos.Contracts.Policies;
using Aos.Contracts.Values;

namespace Aos.Runtime.Policies;

/// <summary>Reads the time zones of this machine, so that they can be pinned with the policies that name
/// them.</summary>
internal static class ZoneOffsets
{
    /// <summary>Whether this machine knows a zone.</summary>
    public static bool Knows(string zone) => TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _);

    /// <summary>The clocks of the zones that policies name, from the beginning of the year of a moment to the end of
    /// the next: longer than any run lasts, and the same for all runs of a year, so that their settings are kept
    /// once.</summary>
    public static ValueList<PinnedZone> Pin(IEnumerable<Policy> policies, DateTimeOffset now) => ValueList.From(policies
        .SelectMany(policy => policy.Rules).SelectMany(rule => (PolicyMatch?[])[rule.Match, rule.Unless])
        .OfType<PolicyMatch>()
        .SelectMany(match => match.Times).Select(window => window.Zone).OfType<string>()
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        .Select(zone => new PinnedZone { Zone = zone, Offsets = ValueList.From(Offsets(zone, now.UtcDateTime.Year)) }));

    private static IEnumerable<ZoneOffset> Offsets(string name, int year)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        var at = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var end = at.AddYears(Math.Min(2, DateTime.MaxValue.Year - year));
        yield return Of(at);
        for (var before = zone.GetUtcOffset(at); at < end; at = at.AddDays(1))
        {
            if (zone.GetUtcOffset(at.AddDays(1)) is var after && after == before) continue;
            yield return Of(Change(zone, at));
            before = after;
        }

        ZoneOffset Of(DateTimeOffset from) =>
            new() { From = from, Minutes = (int)zone.GetUtcOffset(from).TotalMinutes };
    }

    // Clocks are changed at most once in a day.
    private static DateTimeOffset Change(TimeZoneInfo zone, DateTimeOffset day)
    {
        var (low, high) = (0, 24 * 60);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (zone.GetUtcOffset(day.AddMinutes(middle)) == zone.GetUtcOffset(day)) low = middle;
            else high = middle;
        }
        return day.AddMinutes(high);
    }
}
