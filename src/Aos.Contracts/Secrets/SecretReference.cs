using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Values;

namespace Aos.Contracts.Secrets;

/// <summary>References to secrets in JSON: <c>{"$secret": "NAME"}</c> stands where the value would.</summary>
public static class SecretReference
{
    /// <summary>The member that makes an object a reference; it has no other.</summary>
    public const string Member = "$secret";

    /// <summary>The JSON Schema of a reference, for input schemas.</summary>
    public const string Schema = """{"type":"object","required":["$secret"],"additionalProperties":false,"properties":{"$secret":{"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]{0,127}$"}}}""";

    /// <summary>Reads a reference; false where the value is none, or a malformed one.</summary>
    public static bool TryRead(JsonElement value, out SecretName name)
    {
        name = default;
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Member, out var text)
            && value.GetPropertyCount() == 1 && text.ValueKind == JsonValueKind.String
            && SecretName.TryParse(text.GetString(), out name);
    }

    /// <summary>Whether a value can hold references at all, told from its bytes. Cheap, and never wrongly no for text
    /// that this program wrote; text of others may spell the member with escapes.</summary>
    public static bool MayBeIn(Payload value) =>
        value.IsComplete && (value.Utf8.Span.IndexOf("$secret"u8) >= 0 || value.Utf8.Span.IndexOf("\\u"u8) >= 0);

    /// <summary>The references in a value, in its order: the place of each, and its name, or null where it is
    /// malformed.</summary>
    public static IReadOnlyList<(string Pointer, SecretName? Name)> Find(JsonElement value)
    {
        var found = new List<(string, SecretName?)>();
        Collect(value, "", found);
        return found;
    }

    /// <summary>Whether a place is one of those that a contract names; <c>*</c> stands for any one segment.</summary>
    /// <param name="pointer">The place, a JSON Pointer.</param>
    /// <param name="pattern">A JSON Pointer in which a segment may be <c>*</c>.</param>
    public static bool IsAt(string pointer, string pattern)
    {
        var (place, allowed) = (pointer.Split('/'), pattern.Split('/'));
        if (place.Length != allowed.Length) return false;
        for (var i = 0; i < place.Length; i++)
            if (allowed[i] != "*" && allowed[i] != place[i]) return false;
        return true;
    }

    private static void Collect(JsonElement value, string pointer, List<(string, SecretName?)> found)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray()) Collect(item, $"{pointer}/{index++}", found);
        }
        if (value.ValueKind != JsonValueKind.Object) return;
        if (value.TryGetProperty(Member, out _))
        {
            found.Add((pointer, TryRead(value, out var name) ? name : null));
            return;
        }
        foreach (var member in value.EnumerateObject())
            Collect(member.Value, $"{pointer}/{JsonPointer.Escape(member.Name)}", found);
    }
}
