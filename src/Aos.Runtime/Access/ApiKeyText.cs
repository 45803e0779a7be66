using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Aos.Runtime.Access;

/// <summary>An API key as a text: <c>aos_</c>, an id that is no secret, <c>_</c>, a secret of 256 bits, and a checksum
/// by which a scanner or a person tells a key from something like it.</summary>
internal static class ApiKeyText
{
    public const string Prefix = "aos_";

    private const int IdCharacters = 12;
    private const int SecretCharacters = 52;
    private const int SumCharacters = 6;

    // Without letters that people take for each other.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>Draws a key.</summary>
    public static (string Id, string Key) Draw()
    {
        var id = Encode(RandomNumberGenerator.GetBytes(8), IdCharacters);
        var open = $"{Prefix}{id}_{Encode(RandomNumberGenerator.GetBytes(32), SecretCharacters)}";
        return (id, open + Sum(open));
    }

    /// <summary>The id of a key; false where the text is no key, or one that was mistyped.</summary>
    public static bool TryReadId(string text, [NotNullWhen(true)] out string? id)
    {
        id = null;
        var length = Prefix.Length + IdCharacters + 1 + SecretCharacters + SumCharacters;
        if (text.Length != length || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || text[Prefix.Length + IdCharacters] != '_' || Sum(text[..^SumCharacters]) != text[^SumCharacters..])
            return false;
        id = text.Substring(Prefix.Length, IdCharacters);
        return true;
    }

    /// <summary>What is stored of a key. A plain hash will do: nobody guesses 256 bits, however fast.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static string Sum(string open) =>
        Encode(SHA256.HashData(Encoding.UTF8.GetBytes("sum of " + open)), SumCharacters);

    // Five bits a character, from the first on.
    private static string Encode(ReadOnlySpan<byte> bytes, int characters)
    {
        var text = new StringBuilder(characters);
        for (var bit = 0; text.Length < characters; bit += 5)
        {
            var value = 0;
            for (var i = bit; i < bit + 5; i++)
                value = (value << 1) | (i / 8 < bytes.Length ? (bytes[i / 8] >> (7 - (i % 8))) & 1 : 0);
            text.Append(Alphabet[value]);
        }
        return text.ToString();
    }
}
