using System.Text.Json;
using Aos.Abstractions.Secrets;
using Aos.Contracts.Json;
using Aos.Contracts.Secrets;

namespace Aos.Runtime.Secrets;

/// <summary>The secrets that <c>dotnet user-secrets</c> keeps for a developer: the member NAME of
/// <c>secrets.json</c>.</summary>
/// <param name="id">The id, as in <c>UserSecretsId</c> of a project file.</param>
/// <param name="folder">The folder above that of the id; null: the platform's.</param>
public sealed class UserSecrets(string id, string? folder = null) : ISecretProvider
{
    private readonly string _path = Path.Combine(folder ?? DefaultFolder(), Path.GetFileName(id), "secrets.json");

    /// <inheritdoc />
    public string Describe(SecretName name) => $"the member {name} of the .NET user secrets '{id}'";

    /// <inheritdoc />
    public async ValueTask<SecretFinding> FindAsync(SecretName name, CancellationToken cancel)
    {
        var file = await SecretFile.ReadAsync(
            _path, $"secrets.json of the .NET user secrets '{id}'", isRequired: false, cancel).ConfigureAwait(false);
        if (file.Value is not { } text) return file;
        // The tool writes the file with a byte order mark at times.
        var json = System.Text.Encoding.UTF8.GetBytes(text.TrimStart('\uFEFF'));
        if (StrictJson.Parse(json, JsonLimits.Default)
            is not JsonReadResult.Read { Value: { ValueKind: JsonValueKind.Object } members })
            return SecretFinding.Broken($"secrets.json of the .NET user secrets '{id}' is no JSON object.");
        if (!members.TryGetProperty(name.Value, out var value)) return SecretFinding.None;
        return value.ValueKind == JsonValueKind.String
            ? SecretFinding.Of(value.GetString()!)
            : SecretFinding.Broken($"the member {name} of the .NET user secrets '{id}' is no string.");
    }

    // Where the tool keeps them: %APPDATA%\Microsoft\UserSecrets, ~/.microsoft/usersecrets.
    private static string DefaultFolder() => Environment.GetEnvironmentVariable("APPDATA") is { Length: > 0 } roaming
        ? Path.Combine(roaming, "Microsoft", "UserSecrets")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".microsoft", "usersecrets");
}
