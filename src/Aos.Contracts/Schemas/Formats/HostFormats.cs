using System.Buffers;
using System.Text;

namespace Aos.Contracts.Schemas.Formats;

/// <summary>Host names: RFC 1123 §2.1 with A-labels, and RFC 5890 §2.3.2.3.</summary>
internal static class HostFormats
{
    private const int NameMax = 253;
    private const int LabelMax = 63;

    // RFC 3490 §3.1: what a person may type for the dot between labels.
    private static readonly SearchValues<char> Dots = SearchValues.Create(".\u3002\uFF0E\uFF61");

    public static bool IsHostname(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > NameMax)
            return false;
        var labels = new List<string>();
        foreach (var range in text.Split('.'))
        {
            if (!TryReadAscii(text[range], labels))
                return false;
        }

        return Idna.KeepBidiRule(labels);
    }

    public static bool IsIdnHostname(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return false;
        var labels = new List<string>();
        var length = -1;
        while (true)
        {
            var dot = text.IndexOfAny(Dots);
            var label = dot < 0 ? text : text[..dot];
            var isLabel = Ascii.IsValid(label) ? TryReadAscii(label, labels) : TryReadUnicode(label.ToString(), labels);
            if (!isLabel)
                return false;
            length += 1 + EncodedLength(label);
            if (dot < 0)
                break;
            text = text[(dot + 1)..];
        }

        return length <= NameMax && Idna.KeepBidiRule(labels);
    }

    /// <summary>The domain of a mailbox: letters, digits and hyphens, and where international any other characters
    /// beyond ASCII (RFC 6531 asks no more of them).</summary>
    public static bool IsDomain(ReadOnlySpan<char> text, bool international)
    {
        if (text.Length > NameMax)
            return false;
        foreach (var range in text.Split('.'))
        {
            var label = text[range];
            if (!IsLdh(label, international))
                return false;
        }

        return true;
    }

    private static bool TryReadAscii(ReadOnlySpan<char> label, List<string> labels)
    {
        if (!IsLdh(label, international: false))
            return false;
        if (!label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase))
        {
            labels.Add(label.ToString().ToLowerInvariant());
            return true;
        }

        var encoded = label[4..].ToString().ToLowerInvariant();
        return Punycode.TryDecode(encoded, out var decoded) && !Ascii.IsValid(decoded)
            && Punycode.Encode(decoded) == encoded && TryReadUnicode(decoded, labels);
    }

    private static bool TryReadUnicode(string label, List<string> labels)
    {
        if (!Idna.IsLabel(label) || EncodedLength(label) > LabelMax)
            return false;
        labels.Add(label);
        return true;
    }

    private static int EncodedLength(ReadOnlySpan<char> label) =>
        Ascii.IsValid(label) ? label.Length : 4 + Punycode.Encode(label.ToString()).Length;

    private static bool IsLdh(ReadOnlySpan<char> label, bool international)
    {
        if (label.Length is 0 or > LabelMax || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (var unit in label)
        {
            if (!char.IsAsciiLetterOrDigit(unit) && unit != '-' && !(international && unit >= 0x80))
                return false;
        }

        return true;
    }
}
