using System.Collections.Immutable;
using Aos.Contracts.Policies;
using Aos.Contracts.Values;

namespace Aos.Kernel.Policies;

/// <summary>What clocks on walls show, by the offsets that were pinned with the policies.</summary>
internal sealed class ZoneClocks(ValueList<PinnedZone> zones)
{
    private readonly ImmutableDictionary<string, PinnedZone> _zones =
        zones.ToImmutableDictionary(zone => zone.Zone, StringComparer.Ordinal);

    /// <summary>The day and the minute of the day; UTC where no zone is named.</summary>
    public (Weekday Day, int Minute) Read(string? zone, DateTimeOffset at)
    {
        var local = at.UtcDateTime.AddMinutes(zone is null ? 0 : OffsetAt(zone, at));
        return ((Weekday)local.DayOfWeek, local.Hour * 60 + local.Minute);
    }

    // Every zone that a policy names was pinned with it; the kernel is total all the same.
    private int OffsetAt(string zone, DateTimeOffset at)
    {
        var minutes = 0;
        if (!_zones.TryGetValue(zone, out var pinned)) return minutes;
        for (var i = 0; i < pinned.Offsets.Count; i++)
            if (i == 0 || pinned.Offsets[i].From <= at) minutes = pinned.Offsets[i].Minutes;
        return minutes;
    }
}
