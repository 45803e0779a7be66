using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Expressions;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Schemas;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.JsonTransform;

/// <summary><c>json_transform</c>: applies a JMESPath expression and named operations to JSON. Pure, free and
/// deterministic: the same input gives the same bytes, in canonical form. Bounded by fuel and size.
/// Thread-safe.</summary>
public sealed class JsonTransformSkill : ISkill
{
    /// <inheritdoc />
    public SkillContract Contract { get; } = JsonTransformContract.Create();

    /// <inheritdoc />
    /// <remarks>Expressions, operations and schemas that are written out are read.</remarks>
    public IReadOnlyList<Problem> FindMistakes(Payload input)
    {
        var reader = new TransformReader();
        reader.Read(input.Element);
        return reader.Problems;
    }

    /// <inheritdoc />
    public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel) => new(Transform(call.Input));

    private static SkillResult Transform(Payload input)
    {
        var reader = new TransformReader();
        var request = reader.Read(input.Element);
        if (!reader.Problems.IsEmpty) return Failed(reader.Problems);
        var data = input.Element.GetProperty("data");
        if (Mismatch(request.Input, data, "/data") is { IsEmpty: false } unfit) return Failed(unfit);

        var run = new TransformRun();
        var value = run.Apply(request, ExpressionValue.FromElement(data));
        if (run.Failure is { } failure) return Failed([failure]);
        byte[] output = [.. "{\"value\":"u8, .. value.ToCanonicalUtf8(), (byte)'}'];
        var result = Payload.FromUtf8(output);
        return Mismatch(request.Output, result.Element.GetProperty("value"), "") is { IsEmpty: false } wrong
            ? Failed(wrong)
            : SkillResult.Success(result);
    }

    private static ValueList<Problem> Mismatch(JsonSchema? schema, JsonElement value, string at) => schema is null ? []
        : ValueList.From(schema.Validate(value).Errors.Select(error =>
            new Problem(at + error.InstanceLocation, ErrorCodes.SchemaViolation, error.Message)));

    private static SkillResult Failed(ValueList<Problem> problems) =>
        SkillResult.Failure(problems[0].Code, Describe(problems[0]), EffectState.None) with { Problems = problems };

    private static string Describe(Problem problem) =>
        problem.Pointer is "/expression" or "" ? problem.Message : $"{problem.Pointer}: {problem.Message}";
}
