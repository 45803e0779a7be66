using System.Text.Json;
using System.Text.Json.Serialization;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Plans;

/// <summary>A plan: a directed acyclic graph of steps.</summary>
public sealed record Plan
{
    /// <summary>What the plan is for.</summary>
    public string? Goal { get; init; }

    /// <summary>The steps, in the order in which equals are started: 1 or more, at most as many as the contract allows
    /// (200).</summary>
    [Bounds(1)]
    public ValueList<PlanStep> Steps { get; init; }

    /// <summary>JMESPath expression of the run's output. Absent: the run has none.</summary>
    public string? Output { get; init; }
}

/// <summary>A step of a plan: one call of a skill, or one for each item of a list; or a wait.</summary>
public sealed record PlanStep
{
    /// <summary>The name of the step.</summary>
    public required StepId Id { get; init; }

    /// <summary>The skill and the versions that will do. Absent where the step waits.</summary>
    public SkillRef? Skill { get; init; }

    /// <summary>What the step waits for. Absent where it calls a skill.</summary>
    public WaitSpec? Wait { get; init; }

    /// <summary>The input template, an object. Absent: an empty object.</summary>
    public Payload? Input { get; init; }

    /// <summary>Steps that must have ended first, besides those that the expressions name.</summary>
    public ValueList<StepId> DependsOn { get; init; }

    /// <summary>JMESPath condition; where it is false or null, the step is skipped.</summary>
    public string? When { get; init; }

    /// <summary>JMESPath expression of a list; the step is done for each item, with <c>item</c> and
    /// <c>index</c>.</summary>
    public string? ForEach { get; init; }

    /// <summary>Milliseconds for one attempt, at most a day. Absent: what the skill's contract says.</summary>
    [Bounds(1, 86_400_000)]
    public int? TimeoutMs { get; init; }

    /// <summary>Tightens the retry rules of the catalog.</summary>
    public StepRetry? Retry { get; init; }

    /// <summary>What a failure means for the run. Absent: abort.</summary>
    public OnFailure? OnFailure { get; init; }

    /// <summary>Asks a person before each call.</summary>
    public ApprovalSpec? Approval { get; init; }
}

/// <summary>What a step waits for: exactly one of a duration, a moment and a signal.</summary>
public sealed record WaitSpec
{
    /// <summary>Milliseconds to wait, 0 or more; or <c>${ … }</c>, an expression that gives them.</summary>
    public Payload? ForMs { get; init; }

    /// <summary>The moment to wait until, such as <c>2026-01-02T03:04:05Z</c>; or a template of it.</summary>
    public string? Until { get; init; }

    /// <summary>The name of the signal to wait for; or a template of it.</summary>
    public string? Signal { get; init; }

    /// <summary>Milliseconds until a signal is waited for no longer, and the step fails. Absent: as long as the run may
    /// take.</summary>
    [Bounds(1)]
    public long? TimeoutMs { get; init; }
}

/// <summary>Tightens retry for one step.</summary>
public sealed record StepRetry
{
    /// <summary>Attempts in all, the first included; 1 or more.</summary>
    [Bounds(1)]
    public int? MaxAttempts { get; init; }
}

/// <summary>Asks a person before a call.</summary>
public sealed record ApprovalSpec
{
    /// <summary>The role that may decide. Absent: approver.</summary>
    public string? Role { get; init; }

    /// <summary>Milliseconds until the request expires, at most seven days. Absent: 24 hours.</summary>
    [Bounds(1, 604_800_000)]
    public long? ExpiresInMs { get; init; }

    /// <summary>What the person is told.</summary>
    public string? Reason { get; init; }

    /// <summary>How many people must approve, each another. Absent: one. The first who rejects decides.</summary>
    [Bounds(1, 10)]
    public int? Quorum { get; init; }

    /// <summary>Whether who decides must say why. Absent: no.</summary>
    public bool? ReasonRequired { get; init; }

    /// <summary>Who else may decide where nobody has for a while. Absent: nobody.</summary>
    public EscalationSpec? Escalate { get; init; }
}

/// <summary>Who else may decide on a request where nobody has for a while.</summary>
public sealed record EscalationSpec
{
    /// <summary>Milliseconds after which.</summary>
    [Bounds(1, 604_800_000)]
    public long AfterMs { get; init; }

    /// <summary>The role that may decide too from then on.</summary>
    public required string Role { get; init; }
}

/// <summary>What the failure of a step means for its run.</summary>
[JsonConverter(typeof(OnFailureConverter))]
public abstract record OnFailure
{
    private OnFailure() { } // Closed: these are all the cases.

    /// <summary>Starts nothing new and fails the run.</summary>
    public sealed record Abort : OnFailure;

    /// <summary>Dependents run and read null.</summary>
    public sealed record Continue : OnFailure;

    /// <summary>Calls another skill, whose result is then the step's.</summary>
    public sealed record Fallback(FallbackCall Call) : OnFailure;
}

/// <summary>The call that stands in for a failed one.</summary>
public sealed record FallbackCall
{
    /// <summary>The skill and the versions that will do.</summary>
    public required SkillRef Skill { get; init; }

    /// <summary>The input template, an object. Absent: the input template of the step.</summary>
    public Payload? Input { get; init; }

    /// <summary>Milliseconds for one attempt, at most a day. Absent: what the skill's contract says.</summary>
    [Bounds(1, 86_400_000)]
    public int? TimeoutMs { get; init; }
}

internal sealed record FallbackWire
{
    public FallbackCall? Fallback { get; init; }
}

internal sealed class OnFailureConverter : JsonConverter<OnFailure>
{
    private const string Expected = "Expected 'abort', 'continue' or {\"fallback\": {\"skill\": …, \"input\": …}}.";

    public override OnFailure Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString() switch
            {
                "abort" => new OnFailure.Abort(),
                "continue" => new OnFailure.Continue(),
                _ => throw new JsonException(Expected),
            };
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException(Expected);
        var wire = JsonSerializer.Deserialize(ref reader, AosJson.Of<FallbackWire>());
        return wire?.Fallback is { } call ? new OnFailure.Fallback(call) : throw new JsonException(Expected);
    }

    public override void Write(Utf8JsonWriter writer, OnFailure value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case OnFailure.Abort: writer.WriteStringValue("abort"); break;
            case OnFailure.Continue: writer.WriteStringValue("continue"); break;
            case OnFailure.Fallback fallback:
                JsonSerializer.Serialize(
                    writer, new FallbackWire { Fallback = fallback.Call }, AosJson.Of<FallbackWire>());
                break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }
}
