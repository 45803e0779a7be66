using System.Text;
using Aos.Contracts.Models;
using Microsoft.ML.Tokenizers;

namespace Aos.Skills.Standard.Models;

/// <summary>Tokens of a request.</summary>
/// <param name="Likely">As counted.</param>
/// <param name="AtMost">With the margin for a tokenizer that is not known.</param>
internal readonly record struct TokenCount(long Likely, long AtMost);

/// <summary>Counts tokens with the public tokenizer of OpenAI's models (o200k). For models of others it is a good
/// guess: at most half as many again are reckoned with, and no fewer than one for each three bytes, because other
/// tokenizers are coarser on some scripts.</summary>
/// <remarks>Thread-safe. The vocabulary, some 5 MB, is loaded by the first count.</remarks>
internal static class TokenCounter
{
    // The tokenizer takes time that grows with the square of a run of letters: cut pieces bound it, and cutting only
    // ever adds tokens.
    private const int PieceMax = 1_000;

    private static readonly Lazy<TiktokenTokenizer> O200k =
        new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    /// <summary>Counts the tokens of a text.</summary>
    public static TokenCount Count(ModelSpec model, string text)
    {
        var counted = 0L;
        for (var at = 0; at < text.Length;)
        {
            var length = PieceLength(text.AsSpan(at));
            counted += O200k.Value.CountTokens(text.AsSpan(at, length));
            at += length;
        }
        return model is { Provider: ModelProvider.Openai, BaseUrl: null }
            ? new TokenCount(counted, counted)
            : new TokenCount(counted, Math.Max((counted * 3 + 1) / 2, Encoding.UTF8.GetByteCount(text) / 3));
    }

    // Between words, where tokens end anyway; and if there is no such place, at least not within a character.
    private static int PieceLength(ReadOnlySpan<char> rest)
    {
        if (rest.Length <= PieceMax) return rest.Length;
        var space = rest[..PieceMax].LastIndexOf(' ');
        if (space > 0) return space;
        return char.IsHighSurrogate(rest[PieceMax - 1]) ? PieceMax - 1 : PieceMax;
    }

    /// <summary>Counts the tokens of a request: its texts, its schema, and what providers add around them.</summary>
    public static TokenCount Count(ModelRequest request)
    {
        // Measured on requests of one word: 3 to 10 for each message, and up to 300 where a schema is enforced.
        const int aroundMessage = 10;
        const int aroundSchema = 300;
        var (likely, atMost) = (0L, 0L);
        foreach (var message in request.Messages) Add(message.Text);
        if (request.System is { } system) Add(system);
        if (request.OutputSchema is { } schema)
        {
            Add(schema.ToString());
            atMost += aroundSchema;
        }
        return new TokenCount(likely, atMost);

        void Add(string text)
        {
            var count = Count(request.Model, text);
            likely += count.Likely;
            atMost += count.AtMost + aroundMessage;
        }
    }
}
