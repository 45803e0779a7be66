using Aos.Contracts.Failures;
using Aos.Runtime.Failures;

namespace Aos.Cli.Invocation;

/// <summary>The failure catalog of this user, <c>failure_catalog.json</c> or <c>.yaml</c> in the data folder, on top of
/// the built-in one.</summary>
internal static class CatalogFile
{
    private static readonly string[] Names = ["failure_catalog.json", "failure_catalog.yaml", "failure_catalog.yml"];

    /// <summary>Reads it; the built-in catalog where there is none.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule, or there are several.</exception>
    public static async ValueTask<FailureCatalog> ReadAsync(string folder, CancellationToken cancel)
    {
        var found = Names.Select(name => Path.Combine(folder, name)).Where(File.Exists).ToList();
        if (found.Count == 0) return BuiltInCatalog.Instance;
        if (found.Count > 1)
            throw Refusal.Of(
                ErrorCodes.InvalidCatalog, $"'{found[0]}' and '{found[1]}' are both there: remove one of them.");
        var document = await Documents.ReadAsync(found[0], "failure catalog", ErrorCodes.InvalidCatalog, cancel)
            .ConfigureAwait(false);
        var read = CatalogReader.Read(document.Utf8);
        return read.Value is { } own
            ? FailureIndex.Merge(BuiltInCatalog.Instance, own)
            : throw Documents.Refuse(ErrorCodes.InvalidCatalog, "failure catalog", document, read.Problems);
    }
}
