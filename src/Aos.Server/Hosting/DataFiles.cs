using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;
using Aos.Runtime.Failures;
using Aos.Runtime.Models;
using Aos.Runtime.Policies;

namespace Aos.Server.Hosting;

/// <summary>What the operator of a server wrote into its data folder: the limits of its tenant, policies for everybody,
/// a failure catalog, prices of models. Read once, at the start: the same files that the command line reads.</summary>
internal sealed record DataFiles
{
    private static readonly string[] Endings = [".json", ".yaml", ".yml"];

    /// <summary>The tenant's document; null where there is none.</summary>
    public TenantProfile? Tenant { get; private init; }

    /// <summary>The policies, by name.</summary>
    public required PolicyShelf Policies { get; init; }

    public required FailureCatalog Catalog { get; init; }

    /// <summary>What models cost, on top of the built-in table; null where nothing is to be said on top of
    /// it.</summary>
    public PriceTable? Prices { get; private init; }

    /// <summary>Reads them.</summary>
    /// <exception cref="IOException">One cannot be read or breaks a rule. Where a policy cannot be read nothing may
    /// run: what it denies would be allowed.</exception>
    public static DataFiles Read(string folder)
    {
        var catalog = One(folder, "failure_catalog", CatalogReader.Read);
        var policies = Path.Combine(folder, "policies");
        var read = !Directory.Exists(policies) ? [] : Directory.EnumerateFiles(policies)
            .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => Read(file, PolicyReader.Read)).ToList();
        if (read.GroupBy(policy => policy.Name, StringComparer.Ordinal)
            .FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new IOException($"Two policies in '{policies}' are named '{twice.Key}'.");
        return new DataFiles
        {
            Tenant = One(folder, "tenant", TenantReader.Read),
            Prices = One(folder, "prices", PriceReader.Read),
            Policies = PolicyShelf.Create(read),
            Catalog = catalog is null ? BuiltInCatalog.Instance : FailureIndex.Merge(BuiltInCatalog.Instance, catalog),
        };
    }

    private static T? One<T>(string folder, string name, Func<ReadOnlyMemory<byte>, DocumentResult<T>> read)
        where T : class =>
        Endings.Select(ending => Path.Combine(folder, name + ending)).Where(File.Exists).ToList() switch
        {
            [] => null,
            [var file] => Read(file, read),
            [var first, var second, ..] =>
                throw new IOException($"'{first}' and '{second}' are both there: remove one of them."),
        };

    private static T Read<T>(string file, Func<ReadOnlyMemory<byte>, DocumentResult<T>> read) where T : class
    {
        ReadOnlyMemory<byte> text;
        try
        {
            text = File.ReadAllBytes(file);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"'{file}' cannot be read: {denied.Message}", denied);
        }
        var result = read(text);
        return result.Value ?? throw new IOException($"'{file}': {Describe(result.Problems[0])}"
            + (result.Problems.Count > 1 ? $" There are {result.Problems.Count} mistakes." : ""));
    }

    private static string Describe(Problem problem) =>
        problem.Pointer.Length == 0 ? problem.Message : $"{problem.Pointer}: {problem.Message}";
}
