using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Models;

namespace Aos.Skills.Standard.Llm;

/// <summary><c>llm_invoke</c>: one request to one of the profile's models.</summary>
/// <remarks>It names the models that may stand in for the one that is asked, with their prices; which of them is asked,
/// and whether an answer that breaks its schema is mended, the kernel decides. Every result is tainted: a
/// model wrote it. Thread-safe. Owns its connections until it is disposed.</remarks>
public sealed class LlmInvokeSkill : ISkill, IDisposable
{
    // Where the context of a model is not known, and the request not yet either.
    private const int ContextGuess = 128_000;
    private const int UnknownTextTokens = 1_000;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ModelCaller _caller;

    /// <summary>A skill with connections of its own.</summary>
    /// <param name="clock">Measures time-outs and dates in <c>Retry-After</c>.</param>
    public LlmInvokeSkill(TimeProvider clock) : this(new ModelCaller(clock)) { }

    internal LlmInvokeSkill(ModelCaller caller) => _caller = caller;

    /// <inheritdoc />
    public SkillContract Contract { get; } = LlmInvokeContract.Create(new CostModel { Quoted = true });

    /// <inheritdoc />
    public IReadOnlyList<Problem> FindGaps(SkillCall call)
    {
        var input = LlmInput.Read(call).Input;
        return input?.ModelName is null || input.Ways.Count > 0
            ? [] : [new Problem("/model", ErrorCodes.UnknownModel, input.UnknownModel)];
    }

    /// <inheritdoc />
    public IReadOnlyList<Problem> FindMistakes(Payload input) =>
        input.Element.TryGetProperty("output_schema", out var schema) && schema.ValueKind == JsonValueKind.Object
        && AnswerSchema.FindMistake(Payload.FromElement(schema)) is { } mistake ? [mistake] : [];

    /// <inheritdoc />
    public SkillQuote Quote(SkillCall call)
    {
        var (input, refusal) = LlmInput.Read(call);
        if (refusal is not null) return SkillQuote.Refused(refusal.Code, refusal.Message!);
        if (input!.ModelName is not null && input.Ways.Count == 0)
            return SkillQuote.Refused(ErrorCodes.UnknownModel, input.UnknownModel);
        var ways = input.Ways.Select(way => WayOf(input, way.Name, way.Model, way.On)).ToList();
        if (ways.Count == 0)
            ways.Add(new QuotedWay { Name = "unknown", Code = ErrorCodes.Ok }); // A simulation does not know the model.
        return SkillQuote.Of(ValueList.From(ways)) with { IsUncertain = input.IsUncertain };
    }

    /// <inheritdoc />
    public async ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
    {
        var (input, refusal) = LlmInput.Read(call);
        if (refusal is not null) return refusal;
        var name = call.Way ?? input!.ModelName;
        if (name is null || !call.Models.TryGetValue(name, out var model))
            return SkillResult.Failure(ErrorCodes.UnknownModel, input!.UnknownModel, EffectState.None);
        var key = await ModelKeys.FindAsync(model, call.Secrets, cancel).ConfigureAwait(false);
        if (key.Code != ErrorCodes.Ok) return SkillResult.Failure(key.Code, key.Message!, EffectState.None);
        var answer = await _caller.CallAsync(input!.RequestTo(model), key.Key, cancel).ConfigureAwait(false);
        return ResultOf(answer, name, input.Safety);
    }

    /// <summary>Closes the connections. Calls in flight fail.</summary>
    public void Dispose() => _caller.Dispose();

    private static QuotedWay WayOf(LlmInput input, string name, ModelSpec model, ValueList<string> on)
    {
        var quote = ModelCaller.Quote(input.RequestTo(model));
        var way = new QuotedWay
        {
            Name = name,
            Code = quote.Code,
            Message = quote.Message,
            Worst = quote.Worst,
            Expected = quote.Expected,
            On = on
        };
        return !input.IsUncertain || quote.Code != ErrorCodes.Ok ? way : way with
        {
            Worst = model.Price!.WorstOf(model.ContextTokens ?? ContextGuess, quote.MaxTokens),
            Expected = quote.Expected + model.Price.CostOf(new TokenUsage(UnknownTextTokens, 0, 0, 0, 0)),
        };
    }

    private static SkillResult ResultOf(ModelAnswer answer, string name, LlmSafety safety)
    {
        if (safety.Withhold(answer.Text, answer.Json) is { } withheld) return withheld with { Cost = answer.Cost };
        var failed = !answer.Succeeded;
        var result = failed
            ? SkillResult.Failure(answer.Code, answer.Message!, EffectState.None) with
            {
                Result = answer.Text.Length == 0 ? null : Write(answer, name, safety)
            }
            : SkillResult.Success(Write(answer, name, safety));
        return result with
        {
            Cause = answer.Cause,
            Cost = answer.Cost,
            RetryAfter = answer.RetryAfter,
            Problems = answer.Problems,
        };
    }

    private static Payload Write(ModelAnswer answer, string name, LlmSafety safety)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("text", safety.Redact(answer.Text));
            if (answer.Json is { } json)
            {
                writer.WritePropertyName("json");
                safety.WriteRedacted(writer, json.Element);
            }
            writer.WriteString("model", answer.Model ?? "");
            writer.WriteString("name", name);
            writer.WriteString("finish_reason", answer.FinishReason ?? "broken_off");
            Write(writer, answer.Usage ?? default, answer.Usage is null || answer.IsUsageEstimated);
            writer.WriteEndObject();
        }
        return Payload.FromUtf8(output.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, TokenUsage usage, bool isEstimated)
    {
        writer.WriteStartObject("usage");
        writer.WriteNumber("input_tokens", usage.Input);
        writer.WriteNumber("output_tokens", usage.Output);
        writer.WriteNumber("cached_tokens", usage.CachedInput);
        if (usage.CacheWrite > 0) writer.WriteNumber("cache_write_tokens", usage.CacheWrite);
        if (usage.Reasoning > 0) writer.WriteNumber("reasoning_tokens", usage.Reasoning);
        if (isEstimated) writer.WriteBoolean("estimated", true);
        writer.WriteEndObject();
    }
}
