using System.Text.Json;

namespace Aos.Extensions.AI;

/// <summary>Values of functions as JSON: what came as JSON as it is, everything else by the given options.</summary>
internal static class FunctionJson
{
    /// <exception cref="NotSupportedException">The options do not know the type.</exception>
    public static void Write(Utf8JsonWriter writer, object? value, JsonSerializerOptions options)
    {
        if (value is null) writer.WriteNullValue();
        else if (value is JsonElement { ValueKind: not JsonValueKind.Undefined } element) element.WriteTo(writer);
        else JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
    }
}
