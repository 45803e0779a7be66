using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;

namespace Aos.Server.Api;

/// <summary>Documents with ETags, and the conditions under which they are written.</summary>
internal static class Condition
{
    /// <summary>The ETag of a document. Of its content too: one that was removed and made anew begins at the first version
    /// again.</summary>
    public static string TagOf<T>(T document, long version) => $"\"{version}-{Digest.Of(AosJson.Write(document)).Hex[..16]}\"";

    /// <summary>The version that the caller's conditions ask for: 0 where the document must not be there, null where they
    /// ask for none.</summary>
    /// <param name="call">The call.</param>
    /// <param name="what">The document, for the message.</param>
    /// <param name="found">The document as it stands.</param>
    public static long? Expected<T>(Call call, string what, (T Document, long Version)? found) where T : class
    {
        var (match, none) = (call.Request.Headers.IfMatch.ToString(), call.Request.Headers.IfNoneMatch.ToString());
        if (none.Length > 0) return none == "*" ? 0 : throw call.Refuse(ErrorCodes.InvalidArgument, "If-None-Match is '*' here.");
        if (match.Length == 0) return null;
        return found is { } known && (match == "*" || match == TagOf(known.Document, known.Version)) ? known.Version : throw Changed(call, what);
    }

    public static ApiRefusal Changed(Call call, string what) =>
        call.Refuse(ErrorCodes.PreconditionFailed, $"{what} does not stand as the condition says. Read it again.");
}
