using Aos.Contracts.Models;
using Aos.Runtime.Secrets;

namespace Aos.Cli.Rendering;

/// <summary>A model of a profile, as it is listed.</summary>
/// <param name="Name">The profile's name of it.</param>
/// <param name="Model">The model, with its price.</param>
/// <param name="HasKey">Whether its key is there; null where it has none.</param>
internal sealed record ListedModel(string Name, ModelSpec Model, bool? HasKey)
{
    /// <param name="name">The profile's name of it.</param>
    /// <param name="model">The model, with its price.</param>
    /// <param name="secrets">The secrets that the profile names.</param>
    public static ListedModel Of(string name, ModelSpec model, IReadOnlyList<SecretStatus> secrets) => new(name, model,
        model.ApiKey is { } key ? secrets.Any(secret => secret.Name == key.Secret && secret.Problem is null) : null);

    /// <summary>Where the price is from.</summary>
    public string PriceSource =>
        Model.Price is null ? "none" : Model.PriceTable is { } table ? $"table {table}" : "profile";
}

/// <summary>Language models and what they cost.</summary>
internal static class ModelView
{
    /// <summary>The models of a profile.</summary>
    public static void Show(Screen screen, IReadOnlyList<ListedModel> models)
    {
        if (models.Count == 0)
        {
            screen.Out.WriteLine("The profile has no models.");
            return;
        }
        var table =
            new Listing("NAME", "PROVIDER", "MODEL", "INPUT", "OUTPUT", "CONTEXT", "KEY", "FALLBACKS", "PRICE FROM");
        foreach (var listed in models)
            table.Add(
                listed.Name, Words.Of(listed.Model.Provider), listed.Model.Model, Rate(listed.Model.Price?.Input),
                Rate(listed.Model.Price?.Output),
                Count(listed.Model.ContextTokens), KeyOf(listed), Names(listed.Model), listed.PriceSource);
        table.Show(screen);
        if (models.Any(listed => listed.Model.Price is null))
            screen.Out.WriteLine(
                "A model without a price is not called: give it a `price` in the profile, or an entry in prices.json.");
        if (models.Any(listed => listed.Model.Provider == ModelProvider.Scripted))
            screen.Out.WriteLine("A scripted model gives recorded answers: no model is asked.");
    }

    /// <summary>The price table.</summary>
    public static void ShowAll(Screen screen, PriceTable prices)
    {
        var table = new Listing("PROVIDER", "MODEL", "INPUT", "OUTPUT", "CACHED", "CONTEXT", "DATE", "SOURCE");
        foreach (var entry in prices.Models)
            table.Add(
                Words.Of(entry.Provider), entry.Model, Rate(entry.Price.Input), Rate(entry.Price.Output),
                Rate(entry.Price.CachedInput),
                Count(entry.ContextTokens), entry.Date, entry.Source);
        table.Show(screen);
        screen.Out.WriteLine($"Dollars for a million tokens. Table {prices.Version}.");
    }

    private static string Rate(TokenRate? rate) => rate is { } known ? $"${known.Usd}" : "-";

    private static string Count(int? tokens) => tokens is { } known ? $"{known}" : "-";

    private static string KeyOf(ListedModel listed) => listed.HasKey switch
    {
        null => "-",
        true => "there",
        false => $"missing: {listed.Model.ApiKey!.Secret}",
    };

    private static string Names(ModelSpec model) =>
        model.Fallbacks.IsEmpty ? "-" : string.Join(", ", model.Fallbacks.Select(fallback => fallback.Model));
}
