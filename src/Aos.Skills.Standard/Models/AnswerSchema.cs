using System.Text;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Models;

/// <summary>Answers that must match a schema: how they are asked for in words, how they are checked, and how a model is
/// told of its mistakes.</summary>
public static class AnswerSchema
{
    private const int ProblemsMax = 20;

    /// <summary>Tells a model of the schema, for endpoints that know no schemas.</summary>
    public static string Instruction(Payload schema) =>
        $"Answer with one JSON value that is valid by this JSON Schema, and with nothing else: no explanation, no "
            + $"code fence.\n{schema}";

    /// <summary>The conversation with the answer that is to be mended, and what is wrong with it.</summary>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="text">The answer.</param>
    /// <param name="problems">Its mistakes.</param>
    public static ValueList<ModelMessage> WithRepair(
        ValueList<ModelMessage> messages, string text, ValueList<Problem> problems)
    {
        var told = new StringBuilder("That answer does not match the schema:\n");
        foreach (var problem in problems.Take(ProblemsMax))
            told.Append("- ").Append(problem.Pointer.Length == 0 ? "the whole" : problem.Pointer).Append(": ")
                .Append(problem.Message).Append('\n');
        told.Append("Give the whole answer again, mended, and nothing else.");
        return messages.Add(new ModelMessage(ModelRole.Assistant, text.Length == 0 ? "(nothing)" : text))
            .Add(new ModelMessage(ModelRole.User, told.ToString()));
    }

    /// <summary>What is wrong with a schema; null where answers can be checked by it.</summary>
    public static Problem? FindMistake(Payload schema) =>
        JsonSchema.Compile(schema.Element, SchemaOptions.Default) switch
        {
            SchemaCompilation.Refused refused =>
                new Problem($"/output_schema{refused.Problems[0].Pointer}", ErrorCodes.InvalidInput,
                $"The schema cannot be used: {refused.Problems[0].Message}"),
            _ => null,
        };

    /// <summary>The answer with its value, or with what is wrong with it.</summary>
    internal static ModelAnswer Check(ModelAnswer answer, Payload schema)
    {
        var utf8 = Encoding.UTF8.GetBytes(WithoutFence(answer.Text));
        if (StrictJson.Parse(utf8, JsonLimits.Default) is not JsonReadResult.Read read)
        {
            var refused = ((JsonReadResult.Refused)StrictJson.Parse(utf8, JsonLimits.Default)).Problem;
            return Invalid(
                answer,
                [new Problem(refused.Pointer, ErrorCode.Parse(refused.Code), $"It is no JSON: {refused.Message}")]);
        }
        if (JsonSchema.Compile(schema.Element, SchemaOptions.Default)
            is not SchemaCompilation.Compiled { Schema: var compiled })
            return Invalid(answer, [FindMistake(schema)!]);
        var errors = compiled.Validate(read.Value).Errors;
        return errors.IsEmpty
            ? answer with { Json = Payload.FromUtf8(CanonicalJson.ToBytes(read.Value)) }
            : Invalid(answer, ValueList.From(errors.Take(ProblemsMax)
                .Select(error => new Problem(error.InstanceLocation, ErrorCodes.SchemaViolation, error.Message))));
    }

    private static ModelAnswer Invalid(ModelAnswer answer, ValueList<Problem> problems) => answer with
    {
        Code = ErrorCodes.AnswerInvalid,
        Message = $"The answer does not match the "
            + $"schema: {problems[0].Pointer}{(problems[0].Pointer.Length == 0 ? "" : ": ")}{problems[0].Message}",
        Problems = problems,
    };

    // Models like to wrap JSON in a fence, however they are told not to.
    private static string WithoutFence(string text)
    {
        var trimmed = text.Trim();
        if (!trimmed.StartsWith("```", StringComparison.Ordinal) || !trimmed.EndsWith("```", StringComparison.Ordinal)
            || trimmed.Length < 7) return trimmed;
        var first = trimmed.IndexOf('\n', StringComparison.Ordinal);
        return first < 0 ? trimmed : trimmed[(first + 1)..^3].Trim();
    }
}
