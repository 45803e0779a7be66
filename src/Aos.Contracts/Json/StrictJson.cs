using System.Text.Json;

namespace Aos.Contracts.Json;

/// <summary>The edge where JSON text enters: after it, a value is valid Unicode, unambiguous and of bounded size.
/// Stateless; safe for any number of threads.</summary>
public static class StrictJson
{
    /// <summary>Parses one RFC 8259 document of UTF-8 bytes. Never throws; takes time linear in the bytes.</summary>
    /// <param name="utf8">The whole document; must not change while the call runs.</param>
    /// <param name="limits">What it may cost; see <see cref="JsonLimits.Default"/>.</param>
    /// <returns><see cref="JsonReadResult.Read"/>, or <see cref="JsonReadResult.Refused"/> for the first of: a limit of
    /// <paramref name="limits"/> passed, a byte order mark, a comment, trailing data, invalid UTF-8, a lone surrogate,
    /// a name that an object uses twice (names are compared after unescaping), or any other breach of the grammar.
    /// </returns>
    public static JsonReadResult Parse(ReadOnlyMemory<byte> utf8, JsonLimits limits)
    {
        if (FindProblem(utf8.Span, limits) is { } problem)
            return new JsonReadResult.Refused(problem);

        var options = new JsonDocumentOptions { MaxDepth = Math.Max(1, limits.DepthMax) };
        return new JsonReadResult.Read(JsonElement.Parse(utf8.Span, options), utf8);
    }

    /// <summary>Checks a document as <see cref="Parse"/> does, without making a value of it.</summary>
    /// <param name="utf8">The whole document.</param>
    /// <param name="limits">What it may cost.</param>
    /// <returns>The first problem; null where there is none.</returns>
    public static JsonProblem? FindProblem(ReadOnlySpan<byte> utf8, JsonLimits limits) =>
        new StrictJsonScan(utf8, limits).Run();
}
