using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Models;

namespace Aos.Skills.Standard.Llm;

/// <summary>The input of a call, read; and the requests that come of it, one for each model that may be
/// asked.</summary>
internal sealed class LlmInput
{
    private readonly SkillCall _call;
    private readonly ValueList<ModelMessage> _messages;
    private readonly string? _system;
    private readonly int? _maxTokens;
    private readonly double? _temperature;

    private LlmInput(SkillCall call, LlmSafety safety)
    {
        var input = call.Input.Element;
        (_call, Safety) = (call, safety);
        ModelName = Text(input, "model");
        OutputSchema = input.TryGetProperty("output_schema", out var schema) && schema.ValueKind == JsonValueKind.Object
            ? Payload.FromElement(schema)
            : null;
        _maxTokens = input.TryGetProperty("max_tokens", out var most) && most.TryGetInt32(out var count) ? count : null;
        _temperature = input.TryGetProperty("temperature", out var warmth) && warmth.ValueKind == JsonValueKind.Number
            ? warmth.GetDouble() : null;
        var fence = new UntrustedFence(call.IdempotencyKey);
        var untrusted = fence.Write(input);
        IsUncertain = fence.IsUncertain;
        _messages = Messages(input, untrusted);
        _system = SystemOf(input, untrusted.Length > 0 ? fence.Rule : null);
    }

    /// <summary>The name that the call gives its model; null where a simulation does not know it.</summary>
    public string? ModelName { get; }

    /// <summary>The schema that the answer must match; null: it is text.</summary>
    public Payload? OutputSchema { get; }

    /// <summary>What is watched over.</summary>
    public LlmSafety Safety { get; }

    /// <summary>Whether parts of the input are not known yet, in a simulation.</summary>
    public bool IsUncertain { get; private set; }

    /// <summary>The models that may be asked, in order: the one that the call names, then those that stand in for it;
    /// each with the failures after which it is. Empty: there is no model of that name.</summary>
    public IReadOnlyList<(string Name, ModelSpec Model, ValueList<string> On)> Ways
    {
        get
        {
            if (ModelName is null || !_call.Models.TryGetValue(ModelName, out var model)) return [];
            var ways = new List<(string, ModelSpec, ValueList<string>)> { (ModelName, model, []) };
            foreach (var fallback in model.Fallbacks)
                if (_call.Models.TryGetValue(fallback.Model, out var other))
                    ways.Add((fallback.Model, other, fallback.On.IsEmpty ? ModelFallback.DefaultOn : fallback.On));
            return ways;
        }
    }

    /// <summary>Reads an input; or says why it is not asked for.</summary>
    public static (LlmInput? Input, SkillResult? Refusal) Read(SkillCall call)
    {
        var (safety, mistake) = LlmSafety.Read(call.Config);
        if (safety is null)
            return (null,
                SkillResult.Failure(
                    ErrorCodes.InvalidProfile, $"config.llm_invoke: {mistake}", Contracts.Runs.EffectState.None));
        var input = new LlmInput(call, safety);
        return (input, safety.Refuse(input._messages, input._system));
    }

    /// <summary>Why a call for a model that the profile does not have fails.</summary>
    public string UnknownModel => _call.Models.IsEmpty
        ? $"The profile has no models, so there is no '{ModelName}'."
        : $"The profile has no model '{ModelName}'; it has {string.Join(", ", _call.Models.Keys)}.";

    /// <summary>The request to one model. Where the answer before broke its schema, the model is shown its
    /// mistakes.</summary>
    public ModelRequest RequestTo(ModelSpec model) => new()
    {
        Model = model,
        Messages = _call.Earlier is { } earlier && earlier.Code == ErrorCodes.AnswerInvalid
            && TextOf(earlier.Result) is { } text
            ? AnswerSchema.WithRepair(_messages, text, earlier.Problems)
            : _messages,
        System = _system,
        MaxTokens = _maxTokens,
        Temperature = _temperature,
        OutputSchema = OutputSchema,
        Network = _call.Network,
        Attempt = _call.Attempt,
        TraceTo = Safety.TraceTo,
    };

    private ValueList<ModelMessage> Messages(JsonElement input, string untrusted)
    {
        var messages = new List<ModelMessage>();
        if (input.TryGetProperty("messages", out var list) && list.ValueKind == JsonValueKind.Array)
            foreach (var message in list.EnumerateArray())
                messages.Add(
                    new ModelMessage(
                        Text(message, "role") == "assistant" ? ModelRole.Assistant : ModelRole.User,
                        Known(message, "content")));
        else messages.Add(new ModelMessage(ModelRole.User, Known(input, "prompt")));
        if (untrusted.Length > 0)
            messages[^1] = messages[^1] with { Text = $"{messages[^1].Text}\n\n{untrusted}" };
        return ValueList.From(messages.Select(message => message with { Text = Safety.Redact(message.Text) }));
    }

    private string? SystemOf(JsonElement input, string? rule)
    {
        string?[] parts = [Text(input, "system"), rule];
        var told = string.Join("\n\n", parts.Where(part => part is not null));
        return told.Length == 0 ? null : Safety.Redact(told);
    }

    private string Known(JsonElement parent, string name)
    {
        var text = Text(parent, name);
        IsUncertain |= text is null && _call.IsForeseen;
        return text ?? "";
    }

    private static string? TextOf(Payload? result) =>
        result?.Element is { ValueKind: JsonValueKind.Object } shown ? Text(shown, "text") : null;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}
