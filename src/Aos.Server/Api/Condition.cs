using Aos.Contracts.Failures;
using Aos.Runtime.Documents;

namespace Aos.Server.Api;

/// <summary>Documents with ETags, and the conditions under which they are written.</summary>
internal static class Condition
{
    /// <summary>The version that the caller's conditions ask for: 0 where the document must not be there, null where
    /// they ask for none.</summary>
    /// <param name="call">The call.</param>
    /// <param name="what">The document, for the message.</param>
    /// <param name="found">The document as it stands.</param>
    public static long? Expected<T>(Call call, string what, (T Document, long Version)? found) where T : class
    {
        var (match, none) = (call.Request.Headers.IfMatch.ToString(), call.Request.Headers.IfNoneMatch.ToString());
        if (none.Length > 0)
            return none == "*" ? 0 : throw call.Refuse(ErrorCodes.InvalidArgument, "If-None-Match is '*' here.");
        if (match.Length == 0) return null;
        return found is { } known && (match == "*" || match == DocumentTag.Of(known.Document, known.Version))
            ? known.Version
            : throw Changed(call, what);
    }

    public static ApiRefusal Changed(Call call, string what) =>
        call.Refuse(ErrorCodes.PreconditionFailed, DocumentTag.Changed(what));
}
