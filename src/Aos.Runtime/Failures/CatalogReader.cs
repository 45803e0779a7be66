using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Runtime.Documents;

namespace Aos.Runtime.Failures;

/// <summary>Reads failure catalogs, in YAML or JSON.</summary>
public static class CatalogReader
{
    /// <summary>Reads a catalog. A document that begins with a brace is JSON, any other is YAML.</summary>
    public static DocumentResult<FailureCatalog> Read(ReadOnlyMemory<byte> utf8)
    {
        var read = SettingsReader.Read<FailureCatalog>(utf8, ContractSchemas.FailureCatalog, ErrorCodes.InvalidCatalog);
        return read.Value is { } catalog && FindRepeated(catalog) is { } mistake
            ? DocumentResult<FailureCatalog>.Refused(mistake)
            : read;
    }

    private static Problem? FindRepeated(FailureCatalog catalog)
    {
        for (var i = 0; i < catalog.Entries.Count; i++)
            for (var j = 0; j < i; j++)
                if (catalog.Entries[i].Code == catalog.Entries[j].Code)
                    return new Problem($"/entries/{i}/code", ErrorCodes.InvalidCatalog,
                        $"{catalog.Entries[i].Code} is there already, as entry {j}: one code has one entry.");
        return null;
    }
}
