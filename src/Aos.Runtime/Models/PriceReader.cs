using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Runtime.Documents;

namespace Aos.Runtime.Models;

/// <summary>Reads price tables, in YAML or JSON.</summary>
public static class PriceReader
{
    /// <summary>Reads a table. A document that begins with a brace is JSON, any other is YAML.</summary>
    public static DocumentResult<PriceTable> Read(ReadOnlyMemory<byte> utf8)
    {
        var read = SettingsReader.Read<PriceTable>(utf8, ContractSchemas.PriceTable, ErrorCodes.InvalidPrices);
        return read.Value is { } table && FindRepeated(table) is { } mistake
            ? DocumentResult<PriceTable>.Refused(mistake) : read;
    }

    private static Problem? FindRepeated(PriceTable table)
    {
        for (var i = 0; i < table.Models.Count; i++)
            for (var j = 0; j < i; j++)
                if (table.Models[i].Provider == table.Models[j].Provider
                    && table.Models[i].Model == table.Models[j].Model)
                    return new Problem($"/models/{i}/model", ErrorCodes.InvalidPrices,
                        $"'{table.Models[i].Model}' is there already, as entry {j}: one model of a provider has "
                            + "one entry.");
        return null;
    }
}
