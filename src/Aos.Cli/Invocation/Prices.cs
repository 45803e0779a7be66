using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Runtime.Models;

namespace Aos.Cli.Invocation;

/// <summary>The price table of this user, <c>prices.json</c> or <c>.yaml</c> in the data folder, on top of the built-in
/// one.</summary>
internal static class Prices
{
    private static readonly string[] Names = ["prices.json", "prices.yaml", "prices.yml"];

    /// <summary>The table that holds here.</summary>
    /// <exception cref="Refusal">The user's file cannot be read or breaks a rule.</exception>
    public static async ValueTask<PriceTable> OfAsync(string data, CancellationToken cancel) =>
        await OwnAsync(data, cancel).ConfigureAwait(false) is { } own
            ? PriceTable.BuiltIn.Under(own) : PriceTable.BuiltIn;

    /// <summary>The user's own table; null where there is none, so that the built-in one need not be loaded.</summary>
    /// <exception cref="Refusal">The file cannot be read or breaks a rule, or there are several.</exception>
    public static async ValueTask<PriceTable?> OwnAsync(string data, CancellationToken cancel)
    {
        var found = Names.Select(name => Path.Combine(data, name)).Where(File.Exists).ToList();
        if (found.Count == 0) return null;
        if (found.Count > 1)
            throw Refusal.Of(
                ErrorCodes.InvalidPrices, $"'{found[0]}' and '{found[1]}' are both there: remove one of them.");
        var document =
            await Documents.ReadAsync(found[0], "price table", ErrorCodes.InvalidPrices, cancel).ConfigureAwait(false);
        var read = PriceReader.Read(document.Utf8);
        return read.Value ?? throw Documents.Refuse(ErrorCodes.InvalidPrices, "price table", document, read.Problems);
    }
}
