using System.Globalization;
using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Models;

/// <summary>Prices of models, with source and date of each. Versioned: a run records the version that it was priced
/// by.</summary>
public sealed record PriceTable
{
    private static readonly Lazy<PriceTable> Shipped = new(Load);

    /// <summary>The version, chosen by its author.</summary>
    public required string Version { get; init; }

    /// <summary>The prices.</summary>
    public ValueList<PriceEntry> Models { get; init; }

    /// <summary>The table that ships with AOS. Loaded on first use; thread-safe.</summary>
    [JsonIgnore]
    public static PriceTable BuiltIn => Shipped.Value;

    /// <summary>This table with the entries of another on top, by provider and model.</summary>
    public PriceTable Under(PriceTable above)
    {
        var replaced = above.Models.Select(entry => (entry.Provider, entry.Model)).ToHashSet();
        return new PriceTable
        {
            Version = $"{Version}+{above.Version}",
            Models = ValueList.From(
                Models.Where(entry => !replaced.Contains((entry.Provider, entry.Model))).Concat(above.Models)),
        };
    }

    /// <summary>The entry of a model: the one of exactly its name; else the one of its name without the date of a
    /// snapshot, as in <c>model-20260131</c> or <c>model-2026-01-31</c>; else the one of its provider for every model,
    /// <c>*</c>. Null where there is none.</summary>
    public PriceEntry? Find(ModelProvider provider, string model) =>
        Entry(provider, model) ?? (WithoutDate(model) is { } name ? Entry(provider, name) : null)
            ?? Entry(provider, "*");

    /// <summary>A model as a run pins it: with its price and its limits, where it says nothing of its own.</summary>
    public ModelSpec Pin(ModelSpec spec)
    {
        var entry = Find(spec.Provider, spec.Model);
        return spec with
        {
            Price = spec.Price ?? entry?.Price,
            PriceTable = spec.Price is null && entry is not null ? Version : null,
            ContextTokens = spec.ContextTokens ?? entry?.ContextTokens,
            MaxOutputTokens = spec.MaxOutputTokens ?? entry?.MaxOutputTokens,
        };
    }

    private PriceEntry? Entry(ModelProvider provider, string model)
    {
        foreach (var entry in Models)
            if (entry.Provider == provider && string.Equals(entry.Model, model, StringComparison.Ordinal)) return entry;
        return null;
    }

    private static string? WithoutDate(string model)
    {
        foreach (var format in (string[])["yyyyMMdd", "yyyy-MM-dd"])
            if (model.Length > format.Length + 1 && model[^(format.Length + 1)] == '-'
                && DateOnly.TryParseExact(
                    model.AsSpan(model.Length - format.Length), format, CultureInfo.InvariantCulture,
                    DateTimeStyles.None, out _))
                return model[..^(format.Length + 1)];
        return null;
    }

    private static PriceTable Load()
    {
        const string name = "Aos.Contracts.Models.price_table.json";
        using var stream = typeof(PriceTable).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the assembly.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return AosJson.Read<PriceTable>(memory.ToArray());
    }
}

/// <summary>What a model costs and how much it takes.</summary>
public sealed record PriceEntry
{
    /// <summary>Who serves it.</summary>
    public required ModelProvider Provider { get; init; }

    /// <summary>The model, as its provider names it, without the date of a snapshot; <c>*</c> for every model of the
    /// provider that has no entry of its own.</summary>
    public required string Model { get; init; }

    /// <summary>What its tokens cost.</summary>
    public required ModelPrice Price { get; init; }

    /// <summary>Tokens that a request and its answer may have together at this price. Absent: not known.</summary>
    [Bounds(1, 100_000_000)]
    public int? ContextTokens { get; init; }

    /// <summary>Tokens that an answer may have. Absent: not known.</summary>
    [Bounds(1, 100_000_000)]
    public int? MaxOutputTokens { get; init; }

    /// <summary>Where the price is published.</summary>
    public required string Source { get; init; }

    /// <summary>The day on which the price stood there: <c>2026-01-31</c>.</summary>
    public required string Date { get; init; }
}
