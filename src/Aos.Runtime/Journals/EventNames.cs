using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Aos.Runtime.Journals;

/// <summary>The names that the values of an enumeration have in events.</summary>
/// <typeparam name="T">An enumeration whose values count from 0.</typeparam>
internal static class EventNames<T> where T : struct, Enum
{
    /// <summary>The names, by value.</summary>
    public static readonly JsonEncodedText[] All = [.. Enum.GetValues<T>().Select(value =>
        JsonEncodedText.Encode(
            JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()),
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];

    /// <summary>The name of a value.</summary>
    public static JsonEncodedText Of(T value) => All[Unsafe.BitCast<T, int>(value)];
}
