using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;
using Aos.Runtime.Secrets;
using CsCheck;

namespace Aos.Tests.Secrets;

/// <summary>However a secret is written, it does not come back.</summary>
public sealed class SecretRedactorTests
{
    private static readonly SecretName Name = SecretName.Parse("CANARY");

    // Characters that encodings treat each in a way of their own.
    private static readonly Gen<string> Secret = Gen.OneOf(
        Gen.Char["abzAZ019+/=-_ \"\\<>&'%$é€\u4e2d\t~"].Array[4, 40].Select(chars => new string(chars)),
        Gen.Char.AlphaNumeric.Array[8, 64].Select(chars => new string(chars)));

    private static readonly (string Name, Func<string, string, string> Write)[] Encodings =
    [
        ("raw", (_, secret) => secret),
        ("base64", (before, secret) => Convert.ToBase64String(Encoding.UTF8.GetBytes(before + secret + "tail"))),
        ("base64url", (before, secret) => Convert.ToBase64String(Encoding.UTF8.GetBytes(before + secret))
            .Replace('+', '-').Replace('/', '_').TrimEnd('=')),
        ("URL", (_, secret) => Uri.EscapeDataString(secret)),
        ("form", (_, secret) => WebUtility.UrlEncode(secret)),
        ("URL, every byte, small digits",
            (_, secret) =>
                string.Concat(
                    Encoding.UTF8.GetBytes(secret)
                        .Select(one => "%" + one.ToString("x2", CultureInfo.InvariantCulture)))),
        ("JSON", (_, secret) => JsonSerializer.Serialize(secret)[1..^1]),
        ("JSON in JSON",
            (_, secret) =>
                JsonEncodedText.Encode(
                    secret, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()),
        ("hex", (_, secret) => Convert.ToHexString(Encoding.UTF8.GetBytes(secret))),
        ("small hex", (_, secret) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret))),
        ("HTML", (_, secret) => WebUtility.HtmlEncode(secret)),
    ];

    [Fact]
    public void Text_is_cleaned_of_every_encoding_in_any_surroundings() =>
        Gen.Select(
            Secret, Gen.Int[0, Encodings.Length - 1],
            Gen.Int[0, 4].Select(i => new[] { "", "x", "xy", "user:", "Basic " }[i])).Sample((secret, which, before) =>
        {
            var redactor = new SecretRedactor([(Name, secret)]);
            var text = $"before {before}{Encodings[which].Write(before, secret)} after";

            var clean = redactor.Clean(text);

            Assert.Contains("[secret:CANARY]", clean, StringComparison.Ordinal);
            Assert.StartsWith("before ", clean, StringComparison.Ordinal);
            Assert.EndsWith(" after", clean, StringComparison.Ordinal);
            AssertHides(clean, secret);
        });

    [Fact]
    public void Json_is_cleaned_in_names_and_values_however_its_characters_are_escaped() =>
        Gen.Select(Secret, Gen.Int[0, Encodings.Length - 1], Gen.Bool).Sample((secret, which, escape) =>
        {
            var redactor = new SecretRedactor([(Name, secret)]);
            var text = Encodings[which].Write("", secret);
            var literal = escape
                ? $"\"{string.Concat(text.Select(one => $"\\u{(int)one:x4}"))}\"" : JsonSerializer.Serialize(text);
            var payload = Payload.FromUtf8(
                Encoding.UTF8.GetBytes(
                    $$"""{"a":[{{literal}},1.50,null],{{literal}}:true,"n":{"é":"kept \" as it is"} }"""));

            var clean = redactor.Clean(payload)!;

            Assert.NotSame(payload, clean);
            foreach (var shown in Texts(clean.Element)) AssertHides(shown, secret);
            Assert.Equal("1.50", clean.Element.GetProperty("a")[1].GetRawText());
            Assert.Equal("kept \" as it is", clean.Element.GetProperty("n").GetProperty("é").GetString());
        });

    [Fact]
    public void What_holds_no_secret_is_the_same_object()
    {
        var redactor = new SecretRedactor([(Name, "s3cr3t-value")]);
        var payload = Payload.FromUtf8("""{"a":"no \" secret","b":[1,2]}"""u8.ToArray());

        Assert.Same(payload, redactor.Clean(payload));
        Assert.Equal("nothing", redactor.Clean("nothing"));
        Assert.Null(redactor.Clean((string?)null));
    }

    [Fact]
    public void A_number_that_is_a_secret_is_hidden_and_two_names_stay_two()
    {
        var redactor = new SecretRedactor([(Name, "90125")]);
        var clean = redactor.Clean(Payload.FromUtf8("""{"pin":190125.5,"90125":1,"a90125":2}"""u8.ToArray()))!;

        Assert.Equal("1[secret:CANARY].5", clean.Element.GetProperty("pin").GetString());
        Assert.Equal(3, clean.Element.EnumerateObject().Select(member => member.Name).Distinct().Count());
    }

    [Fact]
    public void The_longer_of_two_secrets_is_hidden_whole()
    {
        var redactor =
            new SecretRedactor([(SecretName.Parse("SHORT"), "abcd"), (SecretName.Parse("LONG"), "abcdefgh")]);

        Assert.Equal("[secret:LONG] [secret:SHORT]ef", redactor.Clean("abcdefgh abcdef"));
    }

    private static void AssertHides(string text, string secret)
    {
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(secret);
        Assert.DoesNotContain(Convert.ToHexString(bytes), text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Uri.EscapeDataString(secret), text, StringComparison.OrdinalIgnoreCase);
        // Base64 of three bytes at a time, from each of the first three bytes on.
        for (var skip = 0; skip < 3 && bytes.Length - skip >= 6; skip++)
            Assert.DoesNotContain(
                Convert.ToBase64String(bytes[skip..(skip + ((bytes.Length - skip) / 3 * 3))]), text,
                StringComparison.Ordinal);
    }

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Texts(member.Value).Append(member.Name)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        JsonValueKind.String => [value.GetString()!],
        _ => [value.GetRawText()],
    };
}
