using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Schemas;
using Aos.Runtime.Documents;

namespace Aos.Cli.Invocation;

/// <summary>The price table that holds here: the built-in one, with the user's own file on top.</summary>
internal static class Prices
{
    /// <summary>The name of the user's file, in the data folder.</summary>
    public const string FileName = "prices.json";

    /// <summary>The table.</summary>
    /// <exception cref="Refusal">The user's file cannot be read or breaks a rule.</exception>
    public static async ValueTask<PriceTable> OfAsync(string data, CancellationToken cancel) =>
        await OwnAsync(data, cancel).ConfigureAwait(false) is { } own ? PriceTable.BuiltIn.Under(own) : PriceTable.BuiltIn;

    /// <summary>The user's own table; null where there is none, so that the built-in one need not be loaded.</summary>
    /// <exception cref="Refusal">The file cannot be read or breaks a rule.</exception>
    public static async ValueTask<PriceTable?> OwnAsync(string data, CancellationToken cancel)
    {
        var path = Path.Combine(data, FileName);
        if (!File.Exists(path)) return null;
        var document = await Documents.ReadAsync(path, "file of prices", ErrorCodes.InvalidPrices, cancel).ConfigureAwait(false);
        var read = DocumentReader.Read<PriceTable>(document.Utf8, ContractSchemas.PriceTable, ErrorCodes.InvalidPrices);
        return read.Value ?? throw Documents.Refuse(ErrorCodes.InvalidPrices, "file of prices", document, read.Problems);
    }
}
