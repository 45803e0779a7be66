using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Replay;

/// <summary>The behaviour digest of a run: a hash over what is deterministic in it, step by step in the
/// order of the plan. Two runs whose worlds answer alike have equal digests.</summary>
/// <remarks>The fields are those of the table in <c>docs/determinism_and_replay.md</c>, which a test compares with
/// <see cref="Fields"/>.</remarks>
public static class BehaviourDigest
{
    /// <summary>The fields that are compared, as <c>object.field</c>.</summary>
    public static IReadOnlyList<string> Fields { get; } =
    [
        "run.status", "run.code", "run.cost_cents",
        "step.step_id", "step.status", "step.code",
        "call.item", "call.status", "call.code",
        "wait.signal", "wait.for_ms",
        "attempt.skill", "attempt.skill_version", "attempt.effect", "attempt.fallback", "attempt.status",
        "attempt.code",
        "attempt.cost_cents", "attempt.reserved_cents", "attempt.side_effects", "attempt.way",
        "retry.rule", "retry.bound_ms",
    ];

    /// <summary>The digest of a run that ends with this status and code.</summary>
    public static Digest Of(RunState state, RunStatus status, ErrorCode code)
    {
        using var buffer = new RentedBuffer(4096);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            Write(writer, state, status, code);
        if (IsWrittenCanonically(state)) return Digest.Of(buffer.Written.Span);
        Span<byte> hash = stackalloc byte[32];
        using var document = JsonDocument.Parse(buffer.Written);
        CanonicalJson.Sha256(document.RootElement, hash);
        return Digest.FromHash(hash);
    }

    // Members are written in the order of canonical JSON, and codes, ids and names need no escapes. What can differ is
    // the text of an amount and the words of a side effect.
    private static bool IsWrittenCanonically(RunState state)
    {
        foreach (var step in state.Steps)
            foreach (var call in step.Calls)
                foreach (var attempt in call.History)
                    if (attempt.Started.Reserved != Money.Zero || attempt.Returned is { } returned
                        && (returned.Cost != Money.Zero || !returned.SideEffects.IsEmpty)) return false;
        return state.Spent == Money.Zero;
    }

    /// <summary>What is hashed, for comparing it field by field.</summary>
    internal static JsonElement Document(RunState state, RunStatus status, ErrorCode code)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            Write(writer, state, status, code);
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    /// <summary>What is hashed of one step.</summary>
    internal static JsonElement Document(StepState step)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            Write(writer, step);
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, RunState state, RunStatus status, ErrorCode code)
    {
        writer.WriteStartObject();
        writer.WriteString("code", code.Value);
        writer.WriteNumber("cost_cents", state.Spent.Cents);
        writer.WriteString("status", Names<RunStatus>.Of(status));
        writer.WriteStartArray("steps");
        foreach (var step in state.Steps) Write(writer, step);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, StepState step)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("calls");
        foreach (var call in step.Calls) Write(writer, call);
        writer.WriteEndArray();
        writer.WriteString("code", step.Code?.Value);
        writer.WriteString("status", step.Status is { } status ? Names<OutcomeStatus>.Of(status) : null);
        writer.WriteString("step_id", step.Program.Id.Value);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, CallState call)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("attempts");
        foreach (var attempt in call.History) Write(writer, attempt);
        writer.WriteEndArray();
        writer.WriteString("code", call.Code?.Value);
        if (call.Key.Item is { } item) writer.WriteNumber("item", item);
        writer.WriteString("status", call.Status is { } status ? Names<OutcomeStatus>.Of(status) : null);
        if (call.Wait is { } wait)
        {
            writer.WriteStartObject("wait");
            if (wait.ForMs is { } ms) writer.WriteNumber("for_ms", ms);
            if (wait.Signal is { } signal) writer.WriteString("signal", signal.Value);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, AttemptRecord attempt)
    {
        var returned = attempt.Returned;
        writer.WriteStartObject();
        writer.WriteString("code", returned?.Code.Value ?? "ATTEMPT_LOST");
        writer.WriteNumber("cost_cents", (returned?.Cost ?? attempt.Started.Reserved).Cents);
        writer.WriteString("effect", Names<EffectClass>.Of(attempt.Started.Effect));
        writer.WriteBoolean("fallback", attempt.Started.Fallback == true);
        writer.WriteNumber("reserved_cents", attempt.Started.Reserved.Cents);
        if (attempt.Retry is { } retry)
        {
            writer.WriteStartObject("retry");
            writer.WriteNumber("bound_ms", retry.BoundMs);
            writer.WriteString("rule", Names<BackoffRule>.Of(retry.Rule));
            writer.WriteEndObject();
        }
        writer.WriteStartArray("side_effects");
        foreach (var effect in returned?.SideEffects ?? []) Write(writer, effect);
        writer.WriteEndArray();
        writer.WriteString("skill", attempt.Started.Skill.Value);
        writer.WriteString("skill_version", attempt.Started.SkillVersion.Value);
        writer.WriteString("status", Names<OutcomeStatus>.Of(returned?.Status ?? OutcomeStatus.Unknown));
        if (attempt.Started.Way is { } way) writer.WriteString("way", way);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, SideEffect effect)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("reversible", effect.Reversible);
        writer.WriteString("target", effect.Target);
        writer.WriteString("type", effect.Type);
        writer.WriteEndObject();
    }

    // The names that the JSON of the contracts has.
    private static class Names<T> where T : struct, Enum
    {
        private static readonly FrozenDictionary<T, string> ByValue = Enum.GetValues<T>()
            .ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static string Of(T value) => ByValue[value];
    }
}
