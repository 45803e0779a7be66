using System.Buffers;
using System.ComponentModel;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Skills;

/// <summary>What generated skills read and write JSON with. Not meant to be called by hand.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SkillJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A JSON text.</summary>
    public static Payload Payload(ReadOnlySpan<byte> utf8) => Contracts.Values.Payload.FromUtf8(utf8.ToArray());

    /// <summary>The result of a skill that cannot fail.</summary>
    public static SkillResult Result<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Options)) write(writer, value);
        return SkillResult.Success(Contracts.Values.Payload.FromUtf8(output.WrittenMemory));
    }

    /// <summary>The result of a skill that can fail.</summary>
    public static SkillResult Result<T>(SkillAnswer<T> answer, Action<Utf8JsonWriter, T> write)
    {
        var result = answer.Failure is { } failure
            ? SkillResult.Failure(failure.Code, failure.Message, failure.Effect) with
            {
                Cause = failure.Cause,
                RetryAfter = failure.RetryAfter,
            }
            : Result(answer.Value!, write);
        return result with { Cost = answer.Cost, SideEffects = answer.SideEffects };
    }

    /// <summary>The result where an input passed the schema and still has a value that its type cannot hold.</summary>
    public static SkillResult Result(SkillInputException mistake) =>
        SkillResult.Failure(ErrorCodes.InvalidInput, $"The input cannot be read: {mistake.Message}", EffectState.None)
            with
        { Problems = [new Problem(mistake.Pointer, ErrorCodes.InvalidInput, mistake.Message)] };

    /// <summary>A member; false where it is absent or null.</summary>
    public static bool TryGet(JsonElement owner, string name, out JsonElement value) =>
        owner.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A member that must be there.</summary>
    public static JsonElement Get(JsonElement owner, string name) => owner.TryGetProperty(name, out var value)
        ? value
        : throw new SkillInputException("It is required.");

    /// <summary>Refuses what is no object.</summary>
    public static void RequireObject(JsonElement value) => Require(value, JsonValueKind.Object, "an object");

    /// <summary>Whether a value is null.</summary>
    public static bool IsNull(JsonElement value) => value.ValueKind == JsonValueKind.Null;

    /// <summary>Reads a text.</summary>
    public static string ReadString(JsonElement value)
    {
        Require(value, JsonValueKind.String, "a string");
        return value.GetString()!;
    }

    /// <summary>Reads true or false.</summary>
    public static bool ReadBoolean(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Expected("true or false"),
    };

    /// <summary>Reads a whole number, however it is spelled: 1, 1.0 and 1e0 are one.</summary>
    public static long ReadInteger(JsonElement value, long min, long max)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (value.TryGetInt64(out var whole) && whole >= min && whole <= max) return whole;
            if (value.TryGetDecimal(out var exact) && exact == decimal.Truncate(exact) && exact >= min && exact <= max)
                return (long)exact;
        }
        throw Expected(string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));
    }

    /// <summary>Reads a number as the nearest double.</summary>
    public static double ReadDouble(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Expected("a number");

    /// <summary>Reads a number exactly.</summary>
    public static decimal ReadDecimal(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number)
            ? number
            : throw Expected("a number of at most 28 digits");

    /// <summary>Reads a UUID.</summary>
    public static Guid ReadGuid(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id) ? id : throw Expected("a UUID");

    /// <summary>Reads a moment.</summary>
    public static DateTimeOffset ReadDateTimeOffset(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var at)
            ? at
            : throw Expected("a date and time such as '2026-01-02T03:04:05Z'");

    /// <summary>Reads a date.</summary>
    public static DateOnly ReadDateOnly(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(
            value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw Expected("a date such as '2026-01-02'");

    /// <summary>Reads an absolute address.</summary>
    public static Uri ReadUri(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var uri)
            ? uri
            : throw Expected("an absolute address");

    /// <summary>Reads a list.</summary>
    public static List<T> ReadList<T>(JsonElement value, Func<JsonElement, T> read)
    {
        Require(value, JsonValueKind.Array, "a list");
        var items = new List<T>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            try
            {
                items.Add(read(item));
            }
            catch (SkillInputException mistake)
            {
                throw mistake.At(items.Count.ToString(CultureInfo.InvariantCulture));
            }
        }
        return items;
    }

    /// <summary>Reads an object whose members are alike.</summary>
    public static Dictionary<string, T> ReadDictionary<T>(JsonElement value, Func<JsonElement, T> read)
    {
        RequireObject(value);
        var members = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            try
            {
                members.Add(member.Name, read(member.Value));
            }
            catch (SkillInputException mistake)
            {
                throw mistake.At(member.Name);
            }
        }
        return members;
    }

    /// <summary>Writes any JSON value.</summary>
    public static void Write(Utf8JsonWriter writer, Payload value) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);

    /// <summary>The mistake that a value is something else.</summary>
    public static SkillInputException Expected(string what) => new($"Expected {what}.");

    private static void Require(JsonElement value, JsonValueKind kind, string what)
    {
        if (value.ValueKind != kind) throw Expected(what);
    }
}

/// <summary>An input has a value that the type of the skill cannot hold. Caught by the generated skill, which answers
/// with <c>INVALID_INPUT</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SkillInputException(string message) : Exception(message)
{
    /// <summary>RFC 6901 pointer to the value.</summary>
    public string Pointer { get; private set; } = "";

    /// <summary>The same mistake, seen from one level further out.</summary>
    public SkillInputException At(string name)
    {
        Pointer = "/" + Contracts.Json.JsonPointer.Escape(name) + Pointer;
        return this;
    }
}
