using Aos.Contracts.Failures;
using Aos.Contracts.Policies;
using Aos.Runtime.Policies;

namespace Aos.Cli.Invocation;

/// <summary>The policies that the store keeps: files of the folder <c>policies</c> in the data folder.</summary>
internal static class PolicyFiles
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    /// <summary>The folder.</summary>
    public static string FolderOf(string data) => Path.Combine(data, "policies");

    /// <summary>The files, by name; none where there is no folder.</summary>
    public static IReadOnlyList<string> In(string data) => !Directory.Exists(FolderOf(data)) ? []
        : [.. Directory.EnumerateFiles(FolderOf(data)).Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <summary>Reads all of them. Where one cannot be read nothing may run: what it denies would be allowed.</summary>
    /// <exception cref="Refusal">One cannot be read or breaks a rule, or two have the same name.</exception>
    public static async ValueTask<PolicyShelf> ReadAsync(string data, CancellationToken cancel)
    {
        var read = new Dictionary<string, (Policy Policy, string File)>(StringComparer.Ordinal);
        foreach (var file in In(data))
        {
            var (policy, _) = await ReadFileAsync(file, cancel).ConfigureAwait(false);
            if (!read.TryAdd(policy.Name, (policy, file)))
                throw Refusal.Of(ErrorCodes.InvalidPolicy, $"Two policies are named '{policy.Name}': '{read[policy.Name].File}' and '{file}'.");
        }
        return read.Count == 0 ? PolicyShelf.Empty : PolicyShelf.Create(read.Values.Select(one => one.Policy));
    }

    /// <summary>Reads one policy.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule.</exception>
    public static async ValueTask<(Policy Policy, SourceDocument Document)> ReadFileAsync(string path, CancellationToken cancel)
    {
        var document = await Documents.ReadAsync(path, "policy", ErrorCodes.InvalidPolicy, cancel).ConfigureAwait(false);
        var read = PolicyReader.Read(document.Utf8);
        return read.Value is { } policy
            ? (policy, document)
            : throw Documents.Refuse(ErrorCodes.InvalidPolicy, "policy", document, read.Problems);
    }

    /// <summary>Reads a file of cases.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule.</exception>
    public static async ValueTask<PolicyCases> ReadCasesAsync(string path, CancellationToken cancel)
    {
        var document = await Documents.ReadAsync(path, "cases", ErrorCodes.InvalidPolicy, cancel).ConfigureAwait(false);
        var read = PolicyReader.ReadCases(document.Utf8);
        return read.Value ?? throw Documents.Refuse(ErrorCodes.InvalidPolicy, "cases", document, read.Problems);
    }
}
