using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Aos.Skills.Standard.Http;

/// <summary>What a request brings along, before its secrets are resolved.</summary>
internal abstract record RequestBody
{
    private RequestBody() { }

    /// <summary>Bytes as they are.</summary>
    internal sealed record Plain(byte[] Bytes, string Type) : RequestBody;

    /// <summary>Fields of a form, in order.</summary>
    internal sealed record Form(ImmutableArray<GivenHeader> Fields) : RequestBody;

    /// <summary>A JSON object of which some members are secrets.</summary>
    internal sealed record Json(JsonElement Value) : RequestBody;

    /// <summary>Parts with names and types of their own (RFC 7578).</summary>
    internal sealed record Multipart(ImmutableArray<RequestPart> Parts) : RequestBody;
}

/// <summary>A part of a form with files.</summary>
/// <param name="Name">The name of the field.</param>
/// <param name="FileName">The name of the file; null: no file.</param>
/// <param name="Type">The content type; null: none is said.</param>
/// <param name="Bytes">The content.</param>
internal sealed record RequestPart(string Name, string? FileName, string? Type, byte[] Bytes);

/// <summary>A body as it is sent. The same request has the same bytes, on every attempt.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="Type">The content type unless a header says another.</param>
/// <param name="HasSecrets">Whether another origin must not see it.</param>
internal sealed record SentBody(byte[] Bytes, string Type, bool HasSecrets)
{
    /// <summary>Writes a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="resolve">Gives the text of a reference.</param>
    public static async ValueTask<SentBody> OfAsync(RequestBody body, Func<GivenText, ValueTask<string>> resolve) =>
        body switch
        {
            RequestBody.Plain(var bytes, var type) => new SentBody(bytes, type, HasSecrets: false),
            RequestBody.Form(var fields) => await FormAsync(fields, resolve).ConfigureAwait(false),
            RequestBody.Json(var value) => await JsonAsync(value, resolve).ConfigureAwait(false),
            RequestBody.Multipart(var parts) => Multipart(parts),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static async ValueTask<SentBody> FormAsync(
        ImmutableArray<GivenHeader> fields, Func<GivenText, ValueTask<string>> resolve)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in fields)
            text.Append(text.Length == 0 ? "" : "&").Append(Escape(name)).Append('=')
                .Append(Escape(await resolve(value).ConfigureAwait(false)));
        return new SentBody(
            Encoding.ASCII.GetBytes(text.ToString()), "application/x-www-form-urlencoded",
            fields.Any(field => field.Value.Secret is not null));
    }

    private static async ValueTask<SentBody> JsonAsync(JsonElement value, Func<GivenText, ValueTask<string>> resolve)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer =
            new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            foreach (var member in value.EnumerateObject())
            {
                writer.WritePropertyName(member.Name);
                if (HttpCallRequestReader.Given(member.Value) is { Secret: not null } secret)
                    writer.WriteStringValue(await resolve(secret).ConfigureAwait(false));
                else writer.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
            }
            writer.WriteEndObject();
        }
        return new SentBody(buffer.WrittenMemory.ToArray(), "application/json", HasSecrets: true);
    }

    private static SentBody Multipart(ImmutableArray<RequestPart> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts) hash.AppendData(part.Bytes);
        // No content holds the hash of all contents.
        var boundary = $"aos-{Convert.ToHexStringLower(hash.GetHashAndReset())[..40]}";
        using var body = new MemoryStream();
        foreach (var part in parts)
        {
            Write($"--{boundary}\r\nContent-Disposition: form-data; name=\"{Quote(part.Name)}\""
                + (part.FileName is { } file ? $"; filename=\"{Quote(file)}\"" : "")
                + (part.Type is { } type ? $"\r\nContent-Type: {type}" : "") + "\r\n\r\n");
            body.Write(part.Bytes);
            Write("\r\n");
        }
        Write($"--{boundary}--\r\n");
        return new SentBody(body.ToArray(), $"multipart/form-data; boundary={boundary}", HasSecrets: false);

        void Write(string text) => body.Write(Encoding.UTF8.GetBytes(text));
    }

    // As browsers do (HTML, multipart/form-data encoding algorithm); a raw quote or newline would end the field.
    private static string Quote(string text) => text.Replace("\"", "%22", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    // The form encoding of the URL standard: as in addresses, but a space is a plus.
    private static string Escape(string text) =>
        Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
