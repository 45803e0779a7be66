using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Aos.Contracts.Json;

/// <summary>
/// Canonical JSON: equal values have equal bytes and different values different bytes, so a digest of them binds the
/// value. Stateless; safe for any number of threads.
/// </summary>
/// <remarks>
/// <para>The bytes are those of RFC 8785 (JCS): no white space, members ordered by the UTF-16 units of their names,
/// strings with the shortest escapes, numbers as ECMAScript prints them.</para>
/// <para>One deviation. RFC 8785 rounds each number to a double, so that two values can share bytes. Here a number is
/// <em>carried</em> if the shortest decimal that reads back as its nearest double equals it exactly; a carried number
/// has RFC 8785's bytes. Any other number keeps its exact value: its significant decimal digits, without leading and
/// trailing zeros, laid out by the same ECMAScript rule (<c>1e21</c> and above, and below <c>1e-6</c>, with an
/// exponent). <c>1.0</c>, <c>1</c> and <c>1e0</c> are one value; so are <c>-0</c> and <c>0</c>; <c>0.1</c> and
/// <c>0.1000000000000000055511151231257827</c> are two. Since the rule of layout is one and the digits are exact, no
/// double is computed, and the work is linear in the text however large the exponent.</para>
/// </remarks>
public static class CanonicalJson
{
    /// <summary>Appends the canonical bytes of a value.</summary>
    /// <param name="value">Any value that <see cref="StrictJson"/> lets pass.</param>
    /// <param name="output">Takes the bytes; stays the caller's.</param>
    /// <exception cref="InvalidOperationException">The value has no canonical form, because it did not come through
    /// <see cref="StrictJson"/>: it is undefined, names a member twice, holds half a surrogate pair, or is nested too
    /// deep for the stack. Nothing was appended.</exception>
    public static void Write(JsonElement value, IBufferWriter<byte> output)
    {
        var writer = new CanonicalWriter();
        try
        {
            output.Write(writer.Run(value));
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>The canonical bytes of a value, in an array of their size.</summary>
    /// <inheritdoc cref="Write" path="/param[@name='value']"/>
    /// <inheritdoc cref="Write" path="/exception"/>
    public static byte[] ToBytes(JsonElement value)
    {
        var writer = new CanonicalWriter();
        try
        {
            return writer.Run(value).ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Writes the SHA-256 of the canonical bytes, from pooled buffers.</summary>
    /// <param name="value">Any value that <see cref="StrictJson"/> lets pass.</param>
    /// <param name="destination">At least 32 bytes; the first 32 are overwritten.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <inheritdoc cref="Write" path="/exception"/>
    public static void Sha256(JsonElement value, Span<byte> destination)
    {
        var writer = new CanonicalWriter();
        try
        {
            SHA256.HashData(writer.Run(value), destination);
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>The SHA-256 of the canonical bytes, as 64 lower-case hexadecimal digits.</summary>
    /// <inheritdoc cref="Write" path="/param[@name='value']"/>
    /// <inheritdoc cref="Write" path="/exception"/>
    public static string Sha256Hex(JsonElement value)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Sha256(value, digest);
        return Convert.ToHexStringLower(digest);
    }
}
