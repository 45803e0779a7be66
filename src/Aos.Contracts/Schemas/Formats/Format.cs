using System.Collections.Frozen;
using Aos.Contracts.Json;
using Aos.Contracts.Schemas.Patterns;

namespace Aos.Contracts.Schemas.Formats;

/// <summary>Whether a text has a format.</summary>
internal delegate bool FormatCheck(ReadOnlySpan<char> text);

/// <summary>The formats that the validation specification defines (§7.3).</summary>
internal static class Format
{
    private static readonly FrozenDictionary<string, FormatCheck> Checks =
        new Dictionary<string, FormatCheck>(StringComparer.Ordinal)
        {
            ["date"] = TimeFormats.IsDate,
            ["date-time"] = TimeFormats.IsDateTime,
            ["duration"] = TimeFormats.IsDuration,
            ["email"] = text => EmailFormat.IsEmail(text, international: false),
            ["hostname"] = HostFormats.IsHostname,
            ["idn-email"] = text => EmailFormat.IsEmail(text, international: true),
            ["idn-hostname"] = HostFormats.IsIdnHostname,
            ["ipv4"] = IpFormats.IsIpv4,
            ["ipv6"] = IpFormats.IsIpv6,
            ["iri"] = text => UriFormats.IsUri(text, international: true, relative: false),
            ["iri-reference"] = text => UriFormats.IsUri(text, international: true, relative: true),
            ["json-pointer"] = text => JsonPointer.TryParse(text.ToString(), out _),
            ["regex"] = text => EcmaTranslator.TryTranslate(text.ToString(), out _, out _),
            ["relative-json-pointer"] = IsRelativePointer,
            ["time"] = TimeFormats.IsTime,
            ["uri"] = text => UriFormats.IsUri(text, international: false, relative: false),
            ["uri-reference"] = text => UriFormats.IsUri(text, international: false, relative: true),
            ["uri-template"] = UriTemplateFormat.IsUriTemplate,
            ["uuid"] = IsUuid,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The check of a format; null where the format is not known.</summary>
    public static FormatCheck? Find(string name) => Checks.GetValueOrDefault(name);

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length != 36)
            return false;
        for (var at = 0; at < text.Length; at++)
        {
            var isHyphen = at is 8 or 13 or 18 or 23;
            if (isHyphen ? text[at] != '-' : !char.IsAsciiHexDigit(text[at]))
                return false;
        }

        return true;
    }

    private static bool IsRelativePointer(ReadOnlySpan<char> text)
    {
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0)
            digits = text.Length;
        if (digits == 0 || (text[0] == '0' && digits > 1))
            return false;
        var rest = text[digits..];
        return rest is "#" || JsonPointer.TryParse(rest.ToString(), out _);
    }
}
