using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using Aos.Contracts.Failures;

namespace Aos.Skills.Standard.Http;

/// <summary>What reading a body gave.</summary>
internal abstract record HttpBody
{
    private HttpBody() { }

    /// <summary>The whole body, decompressed.</summary>
    internal sealed record Complete(ReadOnlyMemory<byte> Bytes) : HttpBody;

    /// <summary>No whole body.</summary>
    internal sealed record Failed(HttpFailure Failure) : HttpBody;
}

/// <summary>Reads and decompresses the body of an answer, within limits.</summary>
internal static class HttpBodyReader
{
    /// <summary>The content codings that are asked for and understood.</summary>
    public const string AcceptEncoding = "gzip, deflate, br";

    /// <summary>Reads a body to its end.</summary>
    public static async ValueTask<HttpBody> ReadAsync(HttpResponseMessage response, HttpLimits limits, string authority,
        CancellationToken cancel)
    {
        if (!TryReadLength(response, out var declared)) return Unframed(response, authority);
        if (declared > limits.BodyBytesMax) return TooLarge(limits, authority);
        var coding = string.Join(",", response.Content.Headers.ContentEncoding).ToLowerInvariant();
        try
        {
            var raw = new CountedStream(await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false));
            await using (raw.ConfigureAwait(false))
            {
                var first = new byte[2];
                var peeked =
                    await raw.ReadAtLeastAsync(first, 2, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
                if (peeked == 0 && declared is null or 0) return new HttpBody.Complete(default);
                raw.PutBack(first.AsMemory(0, peeked));
                var decoded = Decode(raw, coding, first);
                if (decoded is null) return UnknownCoding(coding, authority);
                await using (decoded.ConfigureAwait(false))
                {
                    var body = await ReadAsync(decoded, raw, limits, authority, cancel).ConfigureAwait(false);
                    // A packed body says itself whether it is whole, and its reader may leave the rest of the bytes
                    // alone.
                    if (decoded == raw && body is HttpBody.Complete && declared is { } length
                        && length != raw.BytesRead)
                        throw new IOException($"The answer has {raw.BytesRead} bytes and declares {length}.");
                    return body;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or HttpRequestException)
        {
            return new HttpBody.Failed(HttpFailures.OfReading(failure, authority));
        }
    }

    private static async ValueTask<HttpBody> ReadAsync(Stream decoded, CountedStream raw, HttpLimits limits,
        string authority, CancellationToken cancel)
    {
        var body = new ArrayBufferWriter<byte>(16 << 10);
        while (true)
        {
            var read = await decoded.ReadAsync(body.GetMemory(16 << 10), cancel).ConfigureAwait(false);
            if (read == 0)
            {
                if (IsCutShort(decoded, raw, body.WrittenCount))
                    throw new InvalidDataException("The packed body is cut short.");
                return new HttpBody.Complete(body.WrittenMemory);
            }
            body.Advance(read);
            if (body.WrittenCount > limits.BodyBytesMax) return TooLarge(limits, authority);
            if (body.WrittenCount > limits.RatioFreeBytes && body.WrittenCount / limits.RatioMax > raw.BytesRead)
                return new HttpBody.Failed(new HttpFailure(ErrorCodes.ResponseTooLarge,
                    $"The body of {authority}'s answer unpacks to more than {limits.RatioMax} times its size."));
        }
    }

    // The framework takes the end of the packed bytes for the end of the text. A whole deflate or Brotli stream says
    // itself that it ends, so its reader never asks for more; a gzip file ends with the size of its text (RFC 1952
    // §2.3.1), and one of several members, which nobody sends over HTTP, is refused with the broken ones.
    private static bool IsCutShort(Stream decoded, CountedStream raw, int textBytes) => decoded switch
    {
        GZipStream => raw.LastFour != (uint)textBytes,
        ZLibStream or DeflateStream or BrotliStream => raw.EndSeen,
        _ => false,
    };

    private static Stream? Decode(Stream raw, string coding, byte[] first) => coding switch
    {
        "" or "identity" => raw,
        "gzip" or "x-gzip" => new GZipStream(raw, CompressionMode.Decompress),
        "br" => new BrotliStream(raw, CompressionMode.Decompress),
        // RFC 9110 means zlib by 'deflate'; servers that send the bare stream are as old as the name.
        "deflate" => (first[0] & 0x0F) == 8 && ((first[0] << 8) | first[1]) % 31 == 0
            ? new ZLibStream(raw, CompressionMode.Decompress)
            : new DeflateStream(raw, CompressionMode.Decompress),
        _ => null,
    };

    // RFC 9112 §6.3: with a length that is none, or lengths that differ, nobody knows where a body ends. The framework
    // passes over such lengths and reads until the connection closes. The same length said twice is one.
    private static bool TryReadLength(HttpResponseMessage response, out long? declared)
    {
        declared = null;
        if (response.Headers.TransferEncodingChunked == true
            || !response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var values)) return true;
        foreach (var part in values.ToString().Split(','))
        {
            var digits = part.Trim(' ', '\t');
            if (digits.Length == 0 || !digits.All(char.IsAsciiDigit)) return false;
            var length = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var read)
                ? read : long.MaxValue;
            if (declared is { } before && before != length) return false;
            declared = length;
        }
        return true;
    }

    private static HttpBody.Failed Unframed(HttpResponseMessage response, string authority) => new(new HttpFailure(
        ErrorCodes.ResponseInvalid, $"The answer of {authority} does not say how long it is in a way that can be.",
        $"Content-Length: {response.Content.Headers.NonValidated["Content-Length"]}"));

    private static HttpBody.Failed TooLarge(HttpLimits limits, string authority) => new(new HttpFailure(
        ErrorCodes.ResponseTooLarge,
        $"The body of {authority}'s answer is larger than {limits.BodyBytesMax} bytes; ask for less at a time."));

    private static HttpBody.Failed UnknownCoding(string coding, string authority) => new(new HttpFailure(
        ErrorCodes.ResponseInvalid,
        $"The body of {authority}'s answer is coded as '{coding}'; only {AcceptEncoding} are understood."));

    /// <summary>Counts what came over the wire and lets the first bytes be read twice.</summary>
    private sealed class CountedStream(Stream inner) : ReadOnlyStream(inner)
    {
        private ReadOnlyMemory<byte> _putBack;

        public long BytesRead { get; private set; }

        /// <summary>The last four bytes as a little-endian number.</summary>
        public uint LastFour { get; private set; }

        /// <summary>Whether a reader asked for more than there is, since bytes were put back.</summary>
        public bool EndSeen { get; private set; }

        public void PutBack(ReadOnlyMemory<byte> bytes) => (_putBack, EndSeen) = (bytes, false);

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_putBack.IsEmpty)
            {
                var again = Math.Min(_putBack.Length, buffer.Length);
                _putBack[..again].CopyTo(buffer);
                _putBack = _putBack[again..];
                return again;
            }
            var read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            BytesRead += read;
            foreach (var last in buffer.Span[Math.Max(0, read - 4)..read])
                LastFour = (LastFour >> 8) | ((uint)last << 24);
            EndSeen |= read == 0 && buffer.Length > 0;
            return read;
        }
    }
}
