using System.Collections.Frozen;
using Aos.Contracts.Values;

namespace Aos.Contracts.Failures;

/// <summary>The catalog that ships with AOS, and look-up by code.</summary>
public static class BuiltInCatalog
{
    private static readonly Lazy<FailureCatalog> Loaded = new(Load);

    /// <summary>The catalog. Loaded on first use; thread-safe.</summary>
    public static FailureCatalog Instance => Loaded.Value;

    private static FailureCatalog Load()
    {
        const string name = "Aos.Contracts.Failures.failure_catalog.json";
        using var stream = typeof(BuiltInCatalog).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the assembly.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return AosJson.Read<FailureCatalog>(memory.ToArray());
    }
}

/// <summary>A catalog, indexed by code. Immutable and thread-safe.</summary>
public sealed class FailureIndex
{
    private static readonly Lazy<FailureIndex> BuiltInIndex = new(() => new FailureIndex(BuiltInCatalog.Instance));
    private readonly FrozenDictionary<ErrorCode, FailureEntry> _entries;

    /// <summary>Indexes a catalog; where a code stands twice, the last entry counts.</summary>
    public FailureIndex(FailureCatalog catalog)
    {
        Catalog = catalog;
        var entries = new Dictionary<ErrorCode, FailureEntry>();
        foreach (var entry in catalog.Entries) entries[entry.Code] = entry;
        _entries = entries.ToFrozenDictionary();
    }

    /// <summary>The index of the catalog that ships with AOS.</summary>
    public static FailureIndex BuiltIn => BuiltInIndex.Value;

    /// <summary>The catalog.</summary>
    public FailureCatalog Catalog { get; }

    /// <summary>The entry of exactly this code, or null: a code that the catalog does not know is never
    /// retried.</summary>
    public FailureEntry? Match(ErrorCode code) => _entries.GetValueOrDefault(code);

    /// <summary>The category of a code; an unknown code is the skill's own refusal.</summary>
    public FailureCategory CategoryOf(ErrorCode code) => Match(code)?.Category ?? FailureCategory.Remote;

    /// <summary>A catalog with the entries of another on top, by code.</summary>
    public static FailureCatalog Merge(FailureCatalog below, FailureCatalog above)
    {
        var replaced = above.Entries.Select(entry => entry.Code).ToHashSet();
        return new FailureCatalog
        {
            Version = $"{below.Version}+{above.Version}",
            Entries =
                ValueList.From(below.Entries.Where(entry => !replaced.Contains(entry.Code)).Concat(above.Entries)),
        };
    }
}
