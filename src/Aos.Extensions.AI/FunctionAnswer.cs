using System.Buffers;
using System.Text.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Extensions.AI;

/// <summary>What a model gets back: the result of a call that succeeded; otherwise what happened, in a few
/// members.</summary>
internal static class FunctionAnswer
{
    public static JsonElement Of(StructuredOutcome outcome) =>
        outcome is { Status: OutcomeStatus.Success, Result: { } result }
        ? result.Element
        : Write(outcome);

    public static JsonElement Refusal(ErrorCode code, string message) =>
        Write(new StructuredOutcome { Status = OutcomeStatus.Failure, Code = code, Message = message });

    private static JsonElement Write(StructuredOutcome outcome)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("status", outcome.Status.ToString().ToLowerInvariant());
            writer.WriteString("code", outcome.Code.Value);
            if (outcome.Message is { } message) writer.WriteString("message", message);
            if (outcome.Failure is { } failure) Write(writer, failure);
            if (outcome.Status == OutcomeStatus.Unknown)
                writer.WriteString(
                    "advice",
                    "Nobody knows whether it took effect. Do not call again for it; somebody must settle it.");
            if (outcome.RunId is { } run) writer.WriteString("run_id", run.Value);
            writer.WriteEndObject();
        }
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, FailureInfo failure)
    {
        writer.WriteBoolean("retryable", failure.Retryable);
        if (!failure.Suggestions.IsEmpty)
        {
            writer.WriteStartArray("suggestions");
            foreach (var suggestion in failure.Suggestions) writer.WriteStringValue(suggestion);
            writer.WriteEndArray();
        }
        if (failure.Details.IsEmpty) return;
        writer.WriteStartArray("details");
        foreach (var problem in failure.Details)
        {
            writer.WriteStartObject();
            writer.WriteString("pointer", problem.Pointer);
            writer.WriteString("message", problem.Message);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
