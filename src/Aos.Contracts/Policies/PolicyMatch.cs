using System.Text.Json.Serialization;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Policies;

/// <summary>Which calls a rule is about. Each member that is there must fit; of a list one entry.</summary>
public sealed record PolicyMatch
{
    /// <summary>Skills, with version ranges.</summary>
    public ValueList<SkillRef> Skills { get; init; }

    /// <summary>Effect classes of the call.</summary>
    public ValueList<EffectClass> Effects { get; init; }

    /// <summary>Hosts of the address in the member <c>url</c> of the input: entries as in <c>network.allow</c> of a
    /// profile. A range fits an address that is written out.</summary>
    public ValueList<string> Hosts { get; init; }

    /// <summary>Paths of that address, where <c>*</c> stands for any characters. Percent signs are resolved
    /// before.</summary>
    public ValueList<string> Paths { get; init; }

    /// <summary>Methods of a call with an address, whatever their case; without the member <c>method</c> it is
    /// GET.</summary>
    public ValueList<string> Methods { get; init; }

    /// <summary>Conditions on parts of the input, all of which must hold.</summary>
    public ValueList<InputCondition> Input { get; init; }

    /// <summary>Calls whose worst case costs more than so many cents.</summary>
    [JsonPropertyName("cost_above_cents")]
    public Money? CostAbove { get; init; }

    /// <summary>Kinds of change in the world that the skill declares; they count for calls that are neither pure nor
    /// read.</summary>
    public ValueList<string> SideEffects { get; init; }

    /// <summary>Agents, where <c>*</c> stands for any characters.</summary>
    public ValueList<string> Agents { get; init; }

    /// <summary>Tenants, where <c>*</c> stands for any characters.</summary>
    public ValueList<string> Tenants { get; init; }

    /// <summary>Times of the day and the week at which the attempt starts.</summary>
    public ValueList<TimeWindow> Times { get; init; }

    /// <summary>Whether the input holds anything that a model or a stranger wrote.</summary>
    public bool? Tainted { get; init; }
}

/// <summary>A condition on a part of the input. Where several members are given, all must hold.</summary>
public sealed record InputCondition
{
    /// <summary>RFC 6901 pointer into the input. A list there fits where one of its items does.</summary>
    public required string Path { get; init; }

    /// <summary>Values, one of which it must equal.</summary>
    public ValueList<Payload> AnyOf { get; init; }

    /// <summary>Patterns, one of which its text must fit; <c>*</c> stands for any characters.</summary>
    public ValueList<string> Like { get; init; }

    /// <summary>The least number that it may be.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The largest number that it may be.</summary>
    public double? AtMost { get; init; }

    /// <summary>Whether it must be there. Null is there.</summary>
    public bool? Present { get; init; }

    /// <summary>Whether every item of a list must fit, and there must be one. Absent: one item is enough.</summary>
    public bool? Every { get; init; }
}

/// <summary>A time of the day, on some days of the week.</summary>
public sealed record TimeWindow
{
    /// <summary>The time zone by its name in the IANA database, such as <c>Europe/Berlin</c>. Absent: UTC.</summary>
    public string? Zone { get; init; }

    /// <summary>The days. Absent: every day. A window over midnight belongs to the day on which it begins.</summary>
    public ValueList<Weekday> Days { get; init; }

    /// <summary>When it begins, as <c>HH:MM</c>. Absent: 00:00.</summary>
    public string? From { get; init; }

    /// <summary>When it is over, as <c>HH:MM</c>; earlier than the beginning: on the next day. Absent: 24:00.</summary>
    public string? To { get; init; }
}

/// <summary>A day of the week.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Weekday>))]
public enum Weekday
{
    /// <summary>Sunday.</summary>
    Sun,

    /// <summary>Monday.</summary>
    Mon,

    /// <summary>Tuesday.</summary>
    Tue,

    /// <summary>Wednesday.</summary>
    Wed,

    /// <summary>Thursday.</summary>
    Thu,

    /// <summary>Friday.</summary>
    Fri,

    /// <summary>Saturday.</summary>
    Sat,
}

/// <summary>The clock of a time zone as it was known when policies were pinned: a database of time zones changes, and a
/// recorded run must not.</summary>
public sealed record PinnedZone
{
    /// <summary>The name of the zone.</summary>
    public required string Zone { get; init; }

    /// <summary>Its offsets, in the order of time; the first holds before it too.</summary>
    public ValueList<ZoneOffset> Offsets { get; init; }
}

/// <summary>An offset of a time zone.</summary>
public sealed record ZoneOffset
{
    /// <summary>The moment from which it holds.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Minutes east of UTC.</summary>
    public required int Minutes { get; init; }
}
