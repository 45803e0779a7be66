using System.Text;

namespace Aos.Contracts.Schemas.Loading;

/// <summary>Resolution of URI references as RFC 3986 §5.2 has it, letter by letter and without normalising, so that
/// an identifier is compared as it was written.</summary>
internal static class UriText
{
    /// <summary>The reference against the base; both may be relative or empty.</summary>
    public static string Resolve(string baseUri, string reference)
    {
        var given = Parts.Of(reference);
        if (given.Scheme is not null)
            return reference;
        var root = Parts.Of(baseUri);
        if (given.Authority is not null)
            return (given with { Scheme = root.Scheme }).ToString();
        if (given.Path.Length == 0)
            return (root with { Query = given.Query ?? root.Query, Fragment = given.Fragment }).ToString();

        var path = given.Path[0] == '/' ? given.Path : Merge(root, given.Path);
        return (given with { Scheme = root.Scheme, Authority = root.Authority, Path = RemoveDots(path) }).ToString();
    }

    /// <summary>What stands before and after the first <c>#</c>; the fragment is percent-decoded, null if
    /// absent.</summary>
    public static (string Uri, string? Fragment) Split(string uri)
    {
        var hash = uri.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? (uri, null) : (uri[..hash], Uri.UnescapeDataString(uri[(hash + 1)..]));
    }

    /// <summary>A JSON pointer as a URI fragment (RFC 6901 §6).</summary>
    public static string Fragment(string pointer)
    {
        const string Plain = "/~!$&'()*+,;=:@-._?";
        var fragment = new StringBuilder("#", pointer.Length + 1);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in pointer.EnumerateRunes())
        {
            var isPlain = rune.IsAscii
                && (Rune.IsLetterOrDigit(rune) || Plain.Contains((char)rune.Value, StringComparison.Ordinal));
            if (isPlain)
            {
                fragment.Append((char)rune.Value);
                continue;
            }

            foreach (var unit in utf8[..rune.EncodeToUtf8(utf8)])
                fragment.Append('%').Append(unit.ToString("X2"));
        }

        return fragment.ToString();
    }

    private static string Merge(Parts root, string path) =>
        root.Authority is not null && root.Path.Length == 0
            ? "/" + path
            : root.Path[..(root.Path.LastIndexOf('/') + 1)] + path;

    private static string RemoveDots(string path)
    {
        if (!path.Contains("./", StringComparison.Ordinal) && !path.EndsWith('.'))
            return path;
        var kept = new List<string>();
        var segments = path.Split('/');
        for (var at = 0; at < segments.Length; at++)
        {
            var isLast = at == segments.Length - 1;
            if (segments[at] is not ("." or ".."))
            {
                kept.Add(segments[at]);
                continue;
            }

            // The empty first segment of an absolute path stays.
            if (segments[at] == ".." && kept.Count > 0 && !(kept.Count == 1 && kept[0].Length == 0))
                kept.RemoveAt(kept.Count - 1);
            if (isLast)
                kept.Add("");
        }

        return string.Join('/', kept);
    }

    private readonly record struct Parts(
        string? Scheme, string? Authority, string Path, string? Query, string? Fragment)
    {
        public static Parts Of(string text)
        {
            string? Cut(char mark)
            {
                var at = text.IndexOf(mark, StringComparison.Ordinal);
                if (at < 0)
                    return null;
                var tail = text[(at + 1)..];
                text = text[..at];
                return tail;
            }

            var fragment = Cut('#');
            var query = Cut('?');
            string? scheme = null;
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && !text.AsSpan(0, colon).Contains('/'))
            {
                scheme = text[..colon];
                text = text[(colon + 1)..];
            }

            string? authority = null;
            if (text.StartsWith("//", StringComparison.Ordinal))
            {
                var end = text.IndexOf('/', 2);
                authority = end < 0 ? text[2..] : text[2..end];
                text = end < 0 ? "" : text[end..];
            }

            return new Parts(scheme, authority, text, query, fragment);
        }

        public override string ToString() =>
            (Scheme is null ? "" : Scheme + ":") + (Authority is null ? "" : "//" + Authority) + Path
            + (Query is null ? "" : "?" + Query) + (Fragment is null ? "" : "#" + Fragment);
    }
}
