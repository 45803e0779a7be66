using Aos.Abstractions.Secrets;
using Aos.Contracts.Secrets;

namespace Aos.Runtime.Secrets;

/// <summary>Secrets in a folder, one file each, named as the secret: what containers mount.</summary>
/// <param name="folder">The folder; it need not be there.</param>
public sealed class FolderSecrets(string folder) : ISecretProvider
{
    /// <inheritdoc />
    public string Describe(SecretName name) => $"the file {Path.Combine(folder, name.Value)}";

    /// <inheritdoc />
    public ValueTask<SecretFinding> FindAsync(SecretName name, CancellationToken cancel) =>
        SecretFile.ReadAsync(Path.Combine(folder, name.Value), Describe(name), isRequired: false, cancel);
}
