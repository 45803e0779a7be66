using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Runtime.Journals;

/// <summary>Reads events. The three that every step has are read by hand, in the order in which
/// <see cref="EventWriter"/> writes their members; any other line is left to the serializer, which also says what is
/// wrong with one that is no event.</summary>
/// <remarks>Names that come again and again, such as the step's, are parsed once. One instance reads one
/// journal.</remarks>
internal sealed class EventReader
{
    private StepId _step;
    private SkillName _skill;
    private SkillVersion _version;
    private string? _versionText;

    /// <summary>Reads one event.</summary>
    /// <exception cref="JsonException">The line is no event that this program knows.</exception>
    public RunEvent Read(ReadOnlySpan<byte> line) => TryReadByHand(line) ?? AosJson.Read<RunEvent>(line);

    /// <summary>Reads one of the three; null where the line is none of them, or is not written as they are.</summary>
    public RunEvent? TryReadByHand(ReadOnlySpan<byte> line)
    {
        try
        {
            var members = new EventMembers(line);
            if (!members.TryBegin()) return null;
            RunEvent? read = members.Type switch
            {
                EventMembers.HotType.AttemptStarted => Started(ref members),
                EventMembers.HotType.AttemptReturned => Returned(ref members),
                EventMembers.HotType.StepEnded => Ended(ref members),
                _ => null,
            };
            return members.IsComplete ? read : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or OverflowException)
        {
            return null; // The serializer says what is wrong with it.
        }
    }

    private RunEvent.AttemptStarted Started(ref EventMembers members) => new()
    {
        StepId = Step(ref members),
        Item = members.Has("item"u8) ? members.Int32() : null,
        Attempt = members.Needs("attempt"u8) ? members.Int32() : 0,
        Skill = Skill(ref members),
        SkillVersion = Version(ref members),
        Input = members.Has("input"u8) ? members.Payload() : null,
        Effect = members.Needs("effect"u8) ? members.Name<EffectClass>() : default,
        Fallback = members.Has("fallback"u8) ? members.Boolean() : null,
        TimeoutMs = members.Needs("timeout_ms"u8) ? members.Int32() : 0,
        Reserved = members.Has("reserved_cents"u8) ? members.Cents() : default,
        PredictedCost = members.Has("predicted_cost_cents"u8) ? members.Cents() : default,
        PredictedLatencyMs = members.Needs("predicted_latency_ms"u8) ? members.Int32() : 0,
        Rules = members.Has("rules"u8) ? members.Value<ValueList<AppliedRule>>() : default,
        Way = members.Has("way"u8) ? members.Text() : null,
        Tainted = members.Has("tainted"u8) && members.Boolean(),
        At = members.Needs("at"u8) ? members.Moment() : default,
    };

    private RunEvent.AttemptReturned Returned(ref EventMembers members) => new()
    {
        StepId = Step(ref members),
        Item = members.Has("item"u8) ? members.Int32() : null,
        Attempt = members.Needs("attempt"u8) ? members.Int32() : 0,
        Status = members.Needs("status"u8) ? members.Name<OutcomeStatus>() : default,
        Code = Code(ref members),
        Message = members.Has("message"u8) ? members.Text() : null,
        Result = members.Has("result"u8) ? members.Payload() : null,
        Effect = members.Has("effect"u8) ? members.Name<EffectState>() : null,
        RetryAfterMs = members.Has("retry_after_ms"u8) ? members.Int64() : null,
        Cause = members.Has("cause"u8) ? members.Text() : null,
        Cost = members.Has("cost_cents"u8) ? members.Cents() : default,
        LatencyMs = members.Needs("latency_ms"u8) ? members.Double() : 0,
        CacheHit = members.Has("cache_hit"u8) && members.Boolean(),
        Tainted = members.Has("tainted"u8) && members.Boolean(),
        Draining = members.Has("draining"u8) && members.Boolean(),
        At = members.Needs("at"u8) ? members.Moment() : default,
    };

    private RunEvent.StepEnded Ended(ref EventMembers members) => new()
    {
        StepId = Step(ref members),
        Status = members.Needs("status"u8) ? members.Name<OutcomeStatus>() : default,
        Code = Code(ref members),
        Message = members.Has("message"u8) ? members.Text() : null,
        At = members.Needs("at"u8) ? members.Moment() : default,
    };

    private StepId Step(ref EventMembers members)
    {
        if (!members.Needs("step_id"u8)) return default;
        if (_step.Value is not { } known || !members.Is(known)) _step = StepId.Parse(members.Text());
        return _step;
    }

    private SkillName Skill(ref EventMembers members)
    {
        if (!members.Needs("skill"u8)) return default;
        if (_skill.Value is not { } known || !members.Is(known)) _skill = SkillName.Parse(members.Text());
        return _skill;
    }

    private SkillVersion Version(ref EventMembers members)
    {
        if (!members.Needs("skill_version"u8)) return default;
        if (_versionText is not null && members.Is(_versionText)) return _version;
        var text = members.Text();
        (_version, _versionText) = (SkillVersion.Parse(text), text);
        return _version;
    }

    private static ErrorCode Code(ref EventMembers members) =>
        !members.Needs("code"u8) ? default : members.Is(ErrorCodes.Ok.Value)
            ? ErrorCodes.Ok : ErrorCode.Parse(members.Text());
}
