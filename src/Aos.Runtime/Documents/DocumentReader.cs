using System.Text.Json;
using Aos.Contracts;
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
    public static DocumentResult<T> Read<T>(ReadOnlyMemory<byte> utf8, JsonSchema schema, ErrorCode code)
        where T : class =>
        StrictJson.Parse(utf8, JsonLimits.Default) switch
        {
            JsonReadResult.Read read => Read<T>(read.Value, schema, code),
            JsonReadResult.Refused refused => DocumentResult<T>.Refused(ProblemOf(refused.Problem)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Reads a document of a contract type from JSON that was parsed strictly.</summary>
    public static DocumentResult<T> Read<T>(JsonElement document, JsonSchema schema, ErrorCode code) where T : class
    {
        if (!schema.IsValid(document)) return DocumentResult<T>.Refused(SchemaProblems.Of(schema, document));
        try
        {
            return DocumentResult<T>.Of(AosJson.Read<T>(document));
        }
        catch (JsonException error)
        {
            var pointer = Complete(PointerOf(error.Path), document);
            return DocumentResult<T>.Refused(new Problem(pointer, code, Sentence(error, document, pointer)));
        }
    }

    /// <summary>Reads a JSON value strictly, without a schema.</summary>
    public static DocumentResult<Payload> ReadValue(ReadOnlyMemory<byte> utf8) =>
        StrictJson.Parse(utf8, JsonLimits.Default) switch
        {
            JsonReadResult.Read read => DocumentResult<Payload>.Of(Payload.FromElement(read.Value)),
            JsonReadResult.Refused refused => DocumentResult<Payload>.Refused(ProblemOf(refused.Problem)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Reads a JSON value strictly from JSON or YAML: a document that begins with a brace is JSON.</summary>
    public static DocumentResult<Payload> ReadText(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]) return ReadValue(utf8);
        var (json, problem) = YamlDocument.ToJson(utf8);
        return problem is not null ? DocumentResult<Payload>.Refused(problem) : ReadValue(json);
    }

    private static Problem ProblemOf(JsonProblem problem) => new(problem.Pointer, ErrorCode.Parse(problem.Code),
        $"Line {problem.Line}, column {problem.Column}: {problem.Message}")
    {
        Line = problem.Line,
        Column = problem.Column,
    };

    // "$.steps[0].skill" as System.Text.Json writes it becomes "/steps/0/skill".
    private static string PointerOf(string? path) => path is null or "$" ? ""
        : path.TrimStart('$').Replace("['", "/").Replace("']", "").Replace('.', '/').Replace("[", "/").Replace("]", "");

    // A list begins the framework's path anew, so what stands in one is found by the end of its path.
    private static string Complete(string pointer, JsonElement document)
    {
        if (pointer.Length == 0 || (JsonPointer.TryParse(pointer, out var place) && place.TryResolve(document, out _)))
            return pointer;
        return Places(document, "").FirstOrDefault(found => found.Pointer.EndsWith(pointer, StringComparison.Ordinal)
            && (found.Value.ValueKind != JsonValueKind.Number || !found.Value.TryGetInt32(out _))).Pointer ?? pointer;
    }

    private static IEnumerable<(string Pointer, JsonElement Value)> Places(JsonElement value, string pointer)
    {
        var inside = value.ValueKind switch
        {
            JsonValueKind.Object =>
                value.EnumerateObject()
                    .SelectMany(member => Places(member.Value, $"{pointer}/{JsonPointer.Escape(member.Name)}")),
            JsonValueKind.Array =>
                value.EnumerateArray().Index().SelectMany(item => Places(item.Item, $"{pointer}/{item.Index}")),
            _ => [],
        };
        return inside.Prepend((pointer, value));
    }

    // Our own converters say what they expect. The framework's account names its types, which help nobody here: what
    // the schema lets pass and a type does not take is a number beyond its range or spelled with a fraction or
    // exponent.
    private static string Sentence(JsonException error, JsonElement document, string pointer)
    {
        if (!error.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            return error.Message.IndexOf(" Path: ", StringComparison.Ordinal) is >= 0 and var end
                ? error.Message[..end] : error.Message;
        return JsonPointer.TryParse(pointer, out var place) && place.TryResolve(document, out var value)
            && value.ValueKind == JsonValueKind.Number
            ? "The number is too large here, or not written in plain digits, as in 1000."
            : "The value cannot be read here.";
    }
}
