using System.Diagnostics.CodeAnalysis;

namespace Aos.Skills.Standard.Http;

/// <summary>One spelling for each host name: lower case, ASCII (punycode), no final dot.</summary>
internal static class HostNames
{
    /// <summary>The host of a URL in that spelling; an IPv6 address without brackets.</summary>
    public static string Of(Uri url) => Trim(url.IdnHost).ToLowerInvariant();

    /// <summary>Brings a configured name into that spelling; false where it is not a plain DNS name.</summary>
    public static bool TryNormalise(string text, [NotNullWhen(true)] out string? name)
    {
        name = null;
        foreach (var c in text)
            if (!char.IsLetterOrDigit(c) && c is not ('.' or '-' or '_')) return false;
        // A number as a URL spells it (127.1, 2130706433) is an address there, so it cannot be meant as a name.
        if (!Uri.TryCreate($"http://{text}/", UriKind.Absolute, out var url) || url.HostNameType != UriHostNameType.Dns)
            return false;
        name = Of(url);
        return name.Length > 0;
    }

    private static string Trim(string host) => host.EndsWith('.') ? host[..^1] : host;
}
