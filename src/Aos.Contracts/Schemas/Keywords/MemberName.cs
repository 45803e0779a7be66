using System.Runtime.InteropServices;
using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

internal static class MemberName
{
    /// <summary>The name of a member as a JSON string.</summary>
    public static JsonElement AsElement(JsonProperty member)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        Span<byte> text = raw.Length <= 254 ? stackalloc byte[raw.Length + 2] : new byte[raw.Length + 2];
        text[0] = (byte)'"';
        raw.CopyTo(text[1..]);
        text[^1] = (byte)'"';
        return JsonElement.Parse(text);
    }
}
