using Aos.Contracts;
using Aos.Contracts.Values;

namespace Aos.Runtime.Documents;

/// <summary>Names of states of documents that a store keeps: their ETags.</summary>
public static class DocumentTag
{
    /// <summary>The ETag of a document. Of its content too: one that was removed and made anew begins at the first
    /// version again.</summary>
    public static string Of<T>(T document, long version) =>
        $"\"{version}-{Digest.Of(AosJson.Write(document)).Hex[..16]}\"";

    /// <summary>What is said where a document is not as its writer thinks.</summary>
    /// <param name="what">The document, as the begin of a sentence.</param>
    public static string Changed(string what) => $"{what} does not stand as the condition says. Read it again.";
}
