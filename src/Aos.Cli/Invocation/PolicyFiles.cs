using Aos.Client;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Runtime.Documents;
using Aos.Runtime.Policies;

namespace Aos.Cli.Invocation;

/// <summary>The policies that the store keeps: files of the folder <c>policies</c> in the data folder.</summary>
internal static class PolicyFiles
{
    private const string Json = ".json";
    private const string Yaml = ".yaml";
    private static readonly string[] Endings = [Yaml, ".yml", Json];

    /// <summary>The folder.</summary>
    public static string FolderOf(string data) => Path.Combine(data, "policies");

    /// <summary>The files, by name; none where there is no folder.</summary>
    public static IReadOnlyList<string> In(string data) => !Directory.Exists(FolderOf(data)) ? []
        : [.. Directory.EnumerateFiles(FolderOf(data))
            .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <summary>Reads all of them. Where one cannot be read nothing may run: what it denies would be allowed.</summary>
    /// <exception cref="Refusal">One cannot be read or breaks a rule, or two have the same name.</exception>
    public static async ValueTask<PolicyShelf> ReadAsync(string data, CancellationToken cancel)
    {
        var read = await ReadAllAsync(data, cancel).ConfigureAwait(false);
        return read.Count == 0 ? PolicyShelf.Empty : PolicyShelf.Create(read.Values.Select(one => one.Policy));
    }

    /// <summary>Keeps a policy as it is written, in the file that it has already or in one of its name.</summary>
    /// <returns>Why it is not kept; null where it is.</returns>
    /// <exception cref="Refusal">Another policy cannot be read, or the file cannot be written.</exception>
    public static async ValueTask<StructuredOutcome?> PutAsync(
        string data, Policy policy, SourceDocument document, Condition condition, CancellationToken cancel)
    {
        var known = (await ReadAllAsync(data, cancel).ConfigureAwait(false)).GetValueOrDefault(policy.Name).File;
        if (Refuse(policy.Name, known, condition) is { } refusal) return refusal;
        var isJson = document.Utf8.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
        var keeps = known is not null && (Path.GetExtension(known) == Json) == isJson;
        var path = keeps ? known! : Path.Combine(FolderOf(data), policy.Name + (isJson ? Json : Yaml));
        if (!keeps && File.Exists(path))
            throw Refusal.Argument($"'{path}' holds another policy: give that file another name first.");
        await WriteAsync(path, document.Utf8, cancel).ConfigureAwait(false);
        if (known is not null && known != path) Remove(known);
        return null;
    }

    /// <summary>Removes the file of a policy.</summary>
    /// <returns>Why it is not removed; null where it is.</returns>
    /// <exception cref="Refusal">Another policy cannot be read, or the file cannot be removed.</exception>
    public static async ValueTask<StructuredOutcome?> RemoveAsync(
        string data, string name, Condition condition, CancellationToken cancel)
    {
        var known = (await ReadAllAsync(data, cancel).ConfigureAwait(false)).GetValueOrDefault(name).File;
        if (known is null) return Refusal.Describe(ErrorCodes.UnknownPolicy, PolicyShelf.Unknown(name));
        if (Refuse(name, known, condition) is { } refusal) return refusal;
        Remove(known);
        return null;
    }

    private static StructuredOutcome? Refuse(string name, string? known, Condition condition) =>
        condition.Match is not null
            ? Refusal.Describe(
                ErrorCodes.InvalidArgument,
                "A policy of the data folder is a file, and has no ETag. Leave --if-match out.")
        : condition.IsAbsent && known is not null
            ? Refusal.Describe(ErrorCodes.PreconditionFailed, DocumentTag.Changed(PolicyShelf.What(name)))
        : null;

    private static async ValueTask<Dictionary<string, (Policy Policy, string File)>> ReadAllAsync(
        string data, CancellationToken cancel)
    {
        var read = new Dictionary<string, (Policy Policy, string File)>(StringComparer.Ordinal);
        foreach (var file in In(data))
        {
            var (policy, _) = await ReadFileAsync(file, cancel).ConfigureAwait(false);
            if (!read.TryAdd(policy.Name, (policy, file)))
                throw Refusal.Of(ErrorCodes.InvalidPolicy,
                    $"Two policies are named '{policy.Name}': '{read[policy.Name].File}' and '{file}'.");
        }
        return read;
    }

    // Whole at every moment: half a policy would keep every run from beginning.
    private static async ValueTask WriteAsync(string path, ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var draft = $"{path}.{Environment.ProcessId}.new";
            await File.WriteAllBytesAsync(draft, text, cancel).ConfigureAwait(false);
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(ErrorCodes.StorageUnavailable, $"'{path}' cannot be written: {failure.Message}");
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(ErrorCodes.StorageUnavailable, $"'{path}' cannot be removed: {failure.Message}");
        }
    }

    /// <summary>Reads one policy.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule.</exception>
    public static async ValueTask<(Policy Policy, SourceDocument Document)> ReadFileAsync(
        string path, CancellationToken cancel)
    {
        var document = await Documents.ReadAsync(path, "policy", ErrorCodes.InvalidPolicy, cancel)
            .ConfigureAwait(false);
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
