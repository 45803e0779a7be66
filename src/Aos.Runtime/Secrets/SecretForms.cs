using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace Aos.Runtime.Secrets;

/// <summary>The ways in which a secret shows in text: as it is, and as the usual encodings write it.</summary>
internal static class SecretForms
{
    // Shorter pieces of an encoding are in any text.
    private const int CharactersMin = 4;

    /// <summary>Every form, longest first, each once.</summary>
    public static IReadOnlyList<string> Of(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        var forms = new HashSet<string>(StringComparer.Ordinal) { secret };
        foreach (var encoder in
                new JavaScriptEncoder[] { JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            AddWithCases(forms, encoder.Encode(secret));
        forms.Add(secret.Replace("/", "\\/", StringComparison.Ordinal));
        forms.Add(WebUtility.HtmlEncode(secret));
        AddWithCases(forms, Uri.EscapeDataString(secret));
        AddWithCases(forms, WebUtility.UrlEncode(secret));
        AddWithCases(forms, string.Concat(bytes.Select(one => $"%{one:X2}")));
        forms.Add(Convert.ToHexString(bytes));
        forms.Add(Convert.ToHexStringLower(bytes));
        for (var offset = 0; offset < 3; offset++) AddBase64(forms, bytes, offset);
        return [.. forms.Where(form => form.Length >= CharactersMin).OrderByDescending(form => form.Length)
            .ThenBy(form => form, StringComparer.Ordinal)];
    }

    // In the middle of other text, as in `user:secret`, the digits at its edges belong to both.
    private static void AddBase64(HashSet<string> forms, byte[] bytes, int offset)
    {
        var shifted = new byte[offset + bytes.Length];
        bytes.CopyTo(shifted, offset);
        var text = Convert.ToBase64String(shifted);
        var first = ((offset * 8) + 5) / 6;
        var core = text[first..(shifted.Length * 8 / 6)];
        forms.Add(core);
        forms.Add(core.Replace('+', '-').Replace('/', '_'));
        forms.Add(core.Replace("/", "\\/", StringComparison.Ordinal));
        AddWithCases(forms, Uri.EscapeDataString(core));
    }

    // Escapes are written with large digits by some and small ones by others.
    private static void AddWithCases(HashSet<string> forms, string escaped)
    {
        forms.Add(escaped);
        forms.Add(WithEscapes(escaped, char.ToLowerInvariant));
        forms.Add(WithEscapes(escaped, char.ToUpperInvariant));
    }

    private static string WithEscapes(string text, Func<char, char> change)
    {
        var changed = text.ToCharArray();
        for (var i = 0; i < changed.Length; i++)
        {
            var digits = changed[i] == '%'
                ? 1..3 : changed[i] == '\\' && i + 1 < changed.Length && changed[i + 1] == 'u' ? 2..6 : 0..0;
            for (var at = i + digits.Start.Value; at < i + digits.End.Value && at < changed.Length; at++)
                changed[at] = change(changed[at]);
        }
        return new string(changed);
    }
}
