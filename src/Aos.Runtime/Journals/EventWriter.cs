using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Runtime.Journals;

/// <summary>Writes events as JSON. The three that every step has are written by hand, in a third of the serializer's
/// time and without its allocations; a test holds their bytes to those of the serializer, which writes all
/// others.</summary>
internal static class EventWriter
{
    private static readonly JsonEncodedText Type = Name("type");
    private static readonly JsonEncodedText AttemptStarted = Name("attempt_started");
    private static readonly JsonEncodedText AttemptReturned = Name("attempt_returned");
    private static readonly JsonEncodedText StepEnded = Name("step_ended");
    private static readonly JsonEncodedText StepId = Name("step_id");
    private static readonly JsonEncodedText Item = Name("item");
    private static readonly JsonEncodedText Attempt = Name("attempt");
    private static readonly JsonEncodedText Skill = Name("skill");
    private static readonly JsonEncodedText SkillVersion = Name("skill_version");
    private static readonly JsonEncodedText Input = Name("input");
    private static readonly JsonEncodedText EffectName = Name("effect");
    private static readonly JsonEncodedText Fallback = Name("fallback");
    private static readonly JsonEncodedText TimeoutMs = Name("timeout_ms");
    private static readonly JsonEncodedText ReservedCents = Name("reserved_cents");
    private static readonly JsonEncodedText PredictedCostCents = Name("predicted_cost_cents");
    private static readonly JsonEncodedText PredictedLatencyMs = Name("predicted_latency_ms");
    private static readonly JsonEncodedText Rules = Name("rules");
    private static readonly JsonEncodedText Status = Name("status");
    private static readonly JsonEncodedText Code = Name("code");
    private static readonly JsonEncodedText Message = Name("message");
    private static readonly JsonEncodedText Result = Name("result");
    private static readonly JsonEncodedText RetryAfterMs = Name("retry_after_ms");
    private static readonly JsonEncodedText Cause = Name("cause");
    private static readonly JsonEncodedText CostCents = Name("cost_cents");
    private static readonly JsonEncodedText LatencyMs = Name("latency_ms");
    private static readonly JsonEncodedText CacheHit = Name("cache_hit");
    private static readonly JsonEncodedText Draining = Name("draining");
    private static readonly JsonEncodedText Way = Name("way");
    private static readonly JsonEncodedText Tainted = Name("tainted");
    private static readonly JsonEncodedText At = Name("at");

    /// <summary>Writes one event.</summary>
    public static void Write(Utf8JsonWriter writer, RunEvent e)
    {
        switch (e)
        {
            case RunEvent.AttemptStarted started: Write(writer, started); break;
            case RunEvent.AttemptReturned returned when returned.Problems.IsEmpty && returned.SideEffects.IsEmpty:
                Write(writer, returned); break;
            case RunEvent.StepEnded ended: Write(writer, ended); break;
            default: JsonSerializer.Serialize(writer, e, AosJson.Of<RunEvent>()); break;
        }
    }

    private static void Write(Utf8JsonWriter writer, RunEvent.AttemptStarted e)
    {
        Begin(writer, AttemptStarted, e.StepId);
        if (e.Item is { } item) writer.WriteNumber(Item, item);
        writer.WriteNumber(Attempt, e.Attempt);
        writer.WriteString(Skill, e.Skill.Value);
        writer.WriteString(SkillVersion, e.SkillVersion.Value);
        Write(writer, Input, e.Input);
        writer.WriteString(EffectName, EventNames<EffectClass>.Of(e.Effect));
        if (e.Fallback is { } fallback) writer.WriteBoolean(Fallback, fallback);
        writer.WriteNumber(TimeoutMs, e.TimeoutMs);
        Write(writer, ReservedCents, e.Reserved);
        Write(writer, PredictedCostCents, e.PredictedCost);
        writer.WriteNumber(PredictedLatencyMs, e.PredictedLatencyMs);
        if (!e.Rules.IsEmpty)
        {
            writer.WritePropertyName(Rules);
            JsonSerializer.Serialize(writer, e.Rules, AosJson.Of<ValueList<AppliedRule>>());
        }
        Write(writer, Way, e.Way);
        if (e.Tainted) writer.WriteBoolean(Tainted, true);
        End(writer, e.At);
    }

    private static void Write(Utf8JsonWriter writer, RunEvent.AttemptReturned e)
    {
        Begin(writer, AttemptReturned, e.StepId);
        if (e.Item is { } item) writer.WriteNumber(Item, item);
        writer.WriteNumber(Attempt, e.Attempt);
        writer.WriteString(Status, EventNames<OutcomeStatus>.Of(e.Status));
        writer.WriteString(Code, e.Code.Value);
        Write(writer, Message, e.Message);
        Write(writer, Result, e.Result);
        if (e.Effect is { } effect) writer.WriteString(EffectName, EventNames<EffectState>.Of(effect));
        if (e.RetryAfterMs is { } wait) writer.WriteNumber(RetryAfterMs, wait);
        Write(writer, Cause, e.Cause);
        Write(writer, CostCents, e.Cost);
        writer.WriteNumber(LatencyMs, e.LatencyMs);
        if (e.CacheHit) writer.WriteBoolean(CacheHit, true);
        if (e.Tainted) writer.WriteBoolean(Tainted, true);
        if (e.Draining) writer.WriteBoolean(Draining, true);
        End(writer, e.At);
    }

    private static void Write(Utf8JsonWriter writer, RunEvent.StepEnded e)
    {
        Begin(writer, StepEnded, e.StepId);
        writer.WriteString(Status, EventNames<OutcomeStatus>.Of(e.Status));
        writer.WriteString(Code, e.Code.Value);
        Write(writer, Message, e.Message);
        End(writer, e.At);
    }

    private static void Begin(Utf8JsonWriter writer, JsonEncodedText type, StepId step)
    {
        writer.WriteStartObject();
        writer.WriteString(Type, type);
        writer.WriteString(StepId, step.Value);
    }

    private static void End(Utf8JsonWriter writer, DateTimeOffset at)
    {
        // Seven decimals, of which the journal keeps six.
        Span<byte> text = stackalloc byte[28];
        Utf8Formatter.TryFormat(at.UtcDateTime, text, out _, 'O');
        text[26] = (byte)'Z';
        writer.WriteString(At, text[..27]);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, string? text)
    {
        if (text is not null) writer.WriteString(name, text);
    }

    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, Money money)
    {
        if (money != Money.Zero) writer.WriteNumber(name, money.Cents);
    }

    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, Payload? payload)
    {
        if (payload is null) return;
        writer.WritePropertyName(name);
        payload.WriteTo(writer);
    }

    private static JsonEncodedText Name(string name) =>
        JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
}
