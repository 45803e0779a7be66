using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;

namespace Aos.Runtime.Documents;

/// <summary>Reads a document at the edge: strict JSON, then its schema, then the typed record. Every mistake is named
/// by its place; nothing throws.</summary>
public static class DocumentReader
{
    /// <summary>Reads a document of a contract type.</summary>
    /// <typeparam name="T">The contract type.</typeparam>
    /// <param name="utf8">The document as UTF-8 JSON.</param>
    /// <param name="schema">The schema of the type.</param>
    /// <param name="code">The code of a mistake that is no matter of JSON or of the schema.</param>
    public static DocumentResult<T> Read<T>(ReadOnlyMemory<byte> utf8, JsonSchema schema, ErrorCode code) where T : class =>
        StrictJson.Parse(utf8, JsonLimits.Default) switch
        {
            JsonReadResult.Read read => Read<T>(read.Value, schema, code),
            JsonReadResult.Refused refused => DocumentResult<T>.Refused(ProblemOf(refused.Problem)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Reads a document of a contract type from JSON that was parsed strictly.</summary>
    public static DocumentResult<T> Read<T>(JsonElement document, JsonSchema schema, ErrorCode code) where T : class
    {
        if (!schema.IsValid(document))
            return DocumentResult<T>.Refused([.. schema.Validate(document).Errors
                .Select(error => new Problem(error.InstanceLocation, ErrorCodes.SchemaViolation, error.Message))]);
        try
        {
            return DocumentResult<T>.Of(AosJson.Read<T>(document));
        }
        catch (JsonException error)
        {
            return DocumentResult<T>.Refused(new Problem(PointerOf(error.Path), code, Sentence(error.Message)));
        }
    }

    /// <summary>Reads a JSON value strictly, without a schema.</summary>
    public static DocumentResult<Payload> ReadValue(ReadOnlyMemory<byte> utf8) => StrictJson.Parse(utf8, JsonLimits.Default) switch
    {
        JsonReadResult.Read read => DocumentResult<Payload>.Of(Payload.FromElement(read.Value)),
        JsonReadResult.Refused refused => DocumentResult<Payload>.Refused(ProblemOf(refused.Problem)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Problem ProblemOf(JsonProblem problem) => new(problem.Pointer, ErrorCode.Parse(problem.Code),
        $"Line {problem.Line}, column {problem.Column}: {problem.Message}");

    // "$.steps[0].skill" as System.Text.Json writes it becomes "/steps/0/skill".
    private static string PointerOf(string? path) => path is null or "$" ? ""
        : path.TrimStart('$').Replace("['", "/").Replace("']", "").Replace('.', '/').Replace("[", "/").Replace("]", "");

    private static string Sentence(string message)
    {
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
