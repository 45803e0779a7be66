using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Aos.Abstractions.Planning;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Models;

namespace Aos.Skills.Standard.Planning;

/// <summary>What a model may answer as a planner, and what its answer comes to.</summary>
internal static class PlannerReply
{
    private static readonly Lazy<Payload> PlanAlone = new(() => ContractSchemas.TextOf("plan"));
    private static readonly Lazy<Payload> PlanOrDone = new(Choice);

    /// <summary>The schema of the answer.</summary>
    public static Payload SchemaFor(PlannerRequest request) =>
        PlannerPrompt.IsIterative(request) ? PlanOrDone.Value : PlanAlone.Value;

    /// <summary>Reads an answer. Nothing of it is mended: what does not match the schema is refused with its
    /// mistakes.</summary>
    public static PlannerAnswer Read(PlannerRequest request, ModelAnswer answer) => Judge(request, answer) with
    {
        Cost = answer.Cost,
        Details = DetailsOf(answer),
    };

    private static PlannerAnswer Judge(PlannerRequest request, ModelAnswer answer)
    {
        if (answer.Code == ErrorCodes.AnswerInvalid)
            return Refuse(answer, answer.Message ?? "It is not what was asked for.", answer.Problems);
        if (answer.Code != ErrorCodes.Ok || answer.Json is not { } json)
            return PlannerAnswer.Failure(answer.Code == ErrorCodes.Ok ? ErrorCodes.PlannerFailed : answer.Code,
                $"The model did not plan: {answer.Message}") with
            {
                RetryAfterMs = answer.RetryAfter is { } wait ? (long)wait.TotalMilliseconds : null,
            };
        if (!PlannerPrompt.IsIterative(request)) return ReadPlan(answer, json.Element, "");
        return json.Element.TryGetProperty("plan", out var plan)
            ? ReadPlan(answer, plan, "/plan")
            : PlannerAnswer.Done() with
            {
                Output = json.Element.TryGetProperty("output", out var output) ? Payload.FromElement(output) : null
            };
    }

    private static PlannerAnswer ReadPlan(ModelAnswer answer, JsonElement document, string place)
    {
        try
        {
            return PlannerAnswer.Of(AosJson.Read<Plan>(document)) with { Proposal = answer.Json };
        }
        catch (JsonException error)
        {
            return Refuse(
                answer, "It cannot be read as a plan.", [new Problem(place, ErrorCodes.InvalidPlan, error.Message)]);
        }
    }

    private static PlannerAnswer Refuse(ModelAnswer answer, string message, ValueList<Problem> problems) =>
        PlannerAnswer.Failure(ErrorCodes.PlannerInvalidPlan, message) with
        {
            Problems = problems,
            Proposal = answer.Json
                ?? Payload.FromUtf8(
                    JsonSerializer.SerializeToUtf8Bytes(Fence.Cut(answer.Text, 24_000), PlanningJson.Default.String)),
        };

    private static Payload DetailsOf(ModelAnswer answer)
    {
        var details = new JsonObject { ["model"] = answer.Model, ["finish_reason"] = answer.FinishReason };
        if (answer.Usage is { } usage)
        {
            details["input_tokens"] = usage.Input;
            details["output_tokens"] = usage.Output;
            if (usage.CachedInput > 0) details["cached_tokens"] = usage.CachedInput;
        }
        return Payload.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(details, PlanningJson.Default.JsonObject));
    }

    // {"plan": ...} or {"done": true, "output": ...}; the definitions of the plan's schema move to the root.
    private static Payload Choice()
    {
        var plan = JsonNode.Parse(PlanAlone.Value.Utf8.Span)!.AsObject();
        var definitions = plan["$defs"]?.DeepClone().AsObject() ?? [];
        foreach (var name in (string[])["$schema", "$id", "$defs", "title"]) plan.Remove(name);
        definitions["plan"] = plan;
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["plan"] = new JsonObject { ["$ref"] = "#/$defs/plan" },
                ["done"] = new JsonObject { ["const"] = true },
                ["output"] = new JsonObject(),
            },
            ["additionalProperties"] = false,
            ["oneOf"] = new JsonArray(
                new JsonObject { ["required"] = new JsonArray("plan") },
                new JsonObject { ["required"] = new JsonArray("done") }),
            ["$defs"] = definitions,
        };
        return Payload.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(schema, PlanningJson.Default.JsonObject));
    }
}

[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(string))]
internal sealed partial class PlanningJson : JsonSerializerContext;
