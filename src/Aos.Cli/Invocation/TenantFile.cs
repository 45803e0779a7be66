using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Runtime.Agents;

namespace Aos.Cli.Invocation;

/// <summary>The document of the tenant in the data folder: <c>tenant.json</c> or <c>tenant.yaml</c>.</summary>
internal static class TenantFile
{
    private const string Json = "tenant.json";
    private static readonly string[] Names = [Json, "tenant.yaml", "tenant.yml"];

    /// <summary>Reads it; the tenant of the defaults where there is none.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule, or there are several.</exception>
    public static async ValueTask<TenantProfile> ReadAsync(string folder, CancellationToken cancel)
    {
        if (Find(folder) is not { } path) return new TenantProfile();
        var document =
            await Documents.ReadAsync(path, "tenant", ErrorCodes.InvalidTenant, cancel).ConfigureAwait(false);
        var read = TenantReader.Read(document.Utf8);
        return read.Value ?? throw Documents.Refuse(ErrorCodes.InvalidTenant, "tenant", document, read.Problems);
    }

    /// <summary>Changes it, and raises its version. The file is whole at every moment.</summary>
    /// <returns>The new document.</returns>
    /// <exception cref="Refusal">It is written in YAML, whose comments would be lost; or the change breaks a rule; or
    /// the file cannot be written.</exception>
    public static async ValueTask<TenantProfile> ChangeAsync(
        string folder, Func<TenantProfile, TenantProfile> change, CancellationToken cancel)
    {
        if (Find(folder) is { } found && Path.GetFileName(found) != Json)
            throw Refusal.Argument($"'{found}' is written by hand: change it there, and raise its version.");
        var before = await ReadAsync(folder, cancel).ConfigureAwait(false);
        var after = change(before) with { Version = checked((before.Version ?? 1) + 1) };
        if (TenantReader.Check(after) is [var mistake, ..]) throw Refusal.Argument(mistake.Message);
        var path = Path.Combine(folder, Json);
        try
        {
            Directory.CreateDirectory(folder);
            var draft = $"{path}.{Environment.ProcessId}.new";
            await File.WriteAllTextAsync(draft, AosJson.WriteIndented(after) + "\n", cancel).ConfigureAwait(false);
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(ErrorCodes.StorageUnavailable, $"'{path}' cannot be written: {failure.Message}");
        }
        return after;
    }

    private static string? Find(string folder)
    {
        string? found = null;
        foreach (var name in Names)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            if (found is not null)
                throw Refusal.Of(
                    ErrorCodes.InvalidTenant, $"'{found}' and '{path}' are both there: remove one of them.");
            found = path;
        }
        return found;
    }
}
