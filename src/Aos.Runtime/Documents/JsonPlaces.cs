using System.Text;
using System.Text.Json;

namespace Aos.Runtime.Documents;

/// <summary>Where in a JSON text a pointer points.</summary>
public static class JsonPlaces
{
    /// <summary>Line and column, from 1, of the value; of the innermost value on the way to it where the value itself
    /// is missing; null where the text is not JSON.</summary>
    public static (int Line, int Column)? Find(ReadOnlySpan<byte> utf8, string pointer)
    {
        try
        {
            return Place(utf8, Offset(utf8, pointer));
        }
        catch (JsonException)
        {
            // YAML, or broken JSON whose place the reader has named itself.
            return null;
        }
    }

    private static long Offset(ReadOnlySpan<byte> utf8, string pointer)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 1024 });
        reader.Read();
        var found = reader.TokenStartIndex;
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var inside = reader.TokenType switch
            {
                JsonTokenType.StartObject => EnterMember(ref reader, name),
                JsonTokenType.StartArray => int.TryParse(name, out var index) && EnterItem(ref reader, index),
                _ => false,
            };
            if (!inside) return found;
            found = reader.TokenStartIndex;
        }
        return found;
    }

    private static bool EnterMember(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var hit = reader.ValueTextEquals(name);
            reader.Read();
            if (hit) return true;
            reader.Skip();
        }
        return false;
    }

    private static bool EnterItem(ref Utf8JsonReader reader, int index)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (index-- == 0) return true;
            reader.Skip();
        }
        return false;
    }

    private static (int Line, int Column) Place(ReadOnlySpan<byte> utf8, long offset)
    {
        var before = utf8[..(int)offset];
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        return (before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }
}
