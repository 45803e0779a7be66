using System.Text.Encodings.Web;
using System.Text.Json;
using Aos.Contracts.Values;

namespace Aos.Cli.Rendering;

/// <summary>A JSON value for people: indented, every character that hides or reorders text as an escape.</summary>
internal static class JsonView
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Show(Screen screen, Payload value) => screen.Out.WriteLine(Text(value.Element));

    /// <summary>The value on one line.</summary>
    public static string Line(JsonElement value) => Write(value, Indented with { Indented = false });

    /// <summary>The text. Inside strings, what cannot be seen is written as <c>\uXXXX</c>, which is JSON
    /// again.</summary>
    public static string Text(JsonElement value) => Write(value, Indented);

    private static string Write(JsonElement value, JsonWriterOptions options)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, options)) value.WriteTo(writer);
        return Plain.Of(System.Text.Encoding.UTF8.GetString(stream.ToArray()), keepLines: true);
    }
}
