using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aos.Contracts.Json;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Planning;

/// <summary>Puts captured text into a plan: <c>{{name}}</c> in any string. What a goal says is text, never an
/// expression: <c>${</c> in it is escaped.</summary>
internal static partial class PlanTemplate
{
    public static Payload Fill(Payload template, IReadOnlyDictionary<string, string> captures)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, EventCodec.Options)) Write(writer, template.Element, captures);
        return Payload.FromUtf8(buffer.WrittenMemory);
    }

    /// <summary>Placeholders that nothing will ever fill, by their place in the template.</summary>
    /// <param name="template">The plan.</param>
    /// <param name="names">The names of the groups that a goal can give.</param>
    public static IReadOnlyList<(string Pointer, string Message)> FindMistakes(
        Payload template, IReadOnlyCollection<string> names)
    {
        var mistakes = new List<(string, string)>();
        Look(template.Element, "");
        return mistakes;

        void Look(JsonElement element, string pointer)
        {
            if (element.ValueKind == JsonValueKind.String) Check(element.GetString()!, pointer);
            if (element.ValueKind == JsonValueKind.Array)
                foreach (var (index, item) in element.EnumerateArray().Index()) Look(item, $"{pointer}/{index}");
            if (element.ValueKind == JsonValueKind.Object)
                foreach (var member in element.EnumerateObject())
                    Look(member.Value, $"{pointer}/{JsonPointer.Escape(member.Name)}");
        }

        void Check(string text, string pointer)
        {
            foreach (Match match in Placeholder().Matches(text))
            {
                var name = match.Groups["name"].Value;
                if (!match.Groups["end"].Success)
                    mistakes.Add((pointer, $"The placeholder '{{{{{name}' is never closed: write {{{{{name}}}}}."));
                else if (!names.Contains(name))
                    mistakes.Add((pointer, $"The pattern has no group '{name}' for {{{{{name}}}}}"
                        + (names.Any(IsWord)
                            ? $"; it has {string.Join(", ", names.Where(IsWord).Select(known => $"'{known}'"))}."
                            : "; name one as (?<"
                        + $"{name}>…).")));
            }
        }
    }

    private static bool IsWord(string name) => !char.IsAsciiDigit(name[0]);

    // In an expression "{{" opens an object in an expression's braces, but then a colon follows the name.
    [GeneratedRegex(@"\{\{\s*(?<name>\w+)\s*(?:(?<end>\}\})|\}|$)", RegexOptions.NonBacktracking)]
    private static partial Regex Placeholder();

    private static void Write(Utf8JsonWriter writer, JsonElement element, IReadOnlyDictionary<string, string> captures)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, captures);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item, captures);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Fill(element.GetString()!, captures));
                break;
            default: element.WriteTo(writer); break;
        }
    }

    private static string Fill(string text, IReadOnlyDictionary<string, string> captures)
    {
        var filled = new StringBuilder();
        var at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0 || !captures.TryGetValue(text[(open + 2)..close].Trim(), out var value))
            {
                filled.Append(text, at, open + 2 - at);
                at = open + 2;
                continue;
            }
            filled.Append(text, at, open - at).Append(value.Replace("${", "$${", StringComparison.Ordinal));
            at = close + 2;
        }
        return filled.Append(text, at, text.Length - at).ToString();
    }
}
