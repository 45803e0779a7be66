using Aos.Contracts.Policies;

namespace Aos.Kernel.Policies;

/// <summary>A time window, compiled.</summary>
internal sealed class WindowProgram
{
    private readonly string? _zone;
    private readonly int _days;
    private readonly int _from;
    private readonly int _to;

    public WindowProgram(TimeWindow window)
    {
        _zone = window.Zone;
        foreach (var day in window.Days) _days |= 1 << (int)day;
        if (_days == 0) _days = 0b111_1111;
        _from = window.From is { } from ? MinuteOf(from) : 0;
        _to = window.To is { } to ? MinuteOf(to) : ClockTime.MinutesOfDay;
    }

    public bool Contains(ZoneClocks clocks, DateTimeOffset at)
    {
        var (day, minute) = clocks.Read(_zone, at);
        if (_from < _to) return Has(day) && minute >= _from && minute < _to;
        // Over midnight: it began today, or yesterday.
        return minute >= _from ? Has(day) : minute < _to && Has((Weekday)(((int)day + 6) % 7));
    }

    private bool Has(Weekday day) => (_days & (1 << (int)day)) != 0;

    private static int MinuteOf(string text) =>
        ClockTime.TryMinute(text)
            ?? throw new InvalidOperationException($"The policy was not checked: '{text}' is no time of the day.");
}
