using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Expressions;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.JsonTransform;

/// <summary><c>json_transform</c>: applies a JMESPath expression to JSON. Pure, free and deterministic: the same input
/// gives the same bytes, in canonical form. Bounded by fuel and size. Thread-safe.</summary>
public sealed class JsonTransformSkill : ISkill
{
    /// <inheritdoc />
    public SkillContract Contract { get; } = JsonTransformContract.Create();

    /// <inheritdoc />
    /// <remarks>An expression that is written out is parsed.</remarks>
    public IReadOnlyList<Problem> FindMistakes(Payload input) =>
        input.Element is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("expression", out var text)
        && text.ValueKind == JsonValueKind.String && !Expression.TryParse(text.GetString()!, out _, out var error)
            ? [Mistake(ErrorCodes.ExpressionInvalid, error)]
            : [];

    /// <inheritdoc />
    public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel) => new(Transform(call.Input));

    private static SkillResult Transform(Payload input)
    {
        var text = input.Element.GetProperty("expression").GetString()!;
        if (!Expression.TryParse(text, out var expression, out var error))
            return Failed(ErrorCodes.ExpressionInvalid, error);

        var result = expression.Evaluate(ExpressionValue.FromElement(input.Element.GetProperty("data")));
        if (!result.IsSuccess) return Failed(CodeOf(result.Error.Kind), result.Error);
        byte[] output = [.. "{\"value\":"u8, .. result.Value.ToCanonicalUtf8(), (byte)'}'];
        return SkillResult.Success(Payload.FromUtf8(output));
    }

    private static ErrorCode CodeOf(ExpressionErrorKind kind) => kind switch
    {
        ExpressionErrorKind.FuelExhausted => ErrorCodes.FuelExhausted,
        ExpressionErrorKind.TooLarge => ErrorCodes.PayloadTooLarge,
        _ => ErrorCodes.ExpressionFailed,
    };

    private static SkillResult Failed(ErrorCode code, ExpressionError error)
    {
        var mistake = Mistake(code, error);
        return SkillResult.Failure(code, mistake.Message, EffectState.None) with { Problems = [mistake] };
    }

    private static Problem Mistake(ErrorCode code, ExpressionError error) =>
        new("/expression", code, $"At character {error.Position + 1} of the expression: {error.Message}");
}
