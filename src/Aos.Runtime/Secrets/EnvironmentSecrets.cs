using Aos.Abstractions.Secrets;
using Aos.Contracts.Secrets;

namespace Aos.Runtime.Secrets;

/// <summary>Secrets in the environment: the variable NAME, or the file that the variable NAME_FILE names. Both at once
/// are an error: nobody could tell which holds.</summary>
/// <param name="read">Reads a variable; null: that of the process.</param>
public sealed class EnvironmentSecrets(Func<string, string?>? read = null) : ISecretProvider
{
    private readonly Func<string, string?> _read = read ?? Environment.GetEnvironmentVariable;

    /// <inheritdoc />
    public string Describe(SecretName name) => $"the environment variable {name}, the file that {name}_FILE names";

    /// <inheritdoc />
    public ValueTask<SecretFinding> FindAsync(SecretName name, CancellationToken cancel)
    {
        var value = _read(name.Value) is { Length: > 0 } text ? text : null;
        var file = _read($"{name}_FILE") is { Length: > 0 } path ? path : null;
        if (value is not null && file is not null)
            return new(SecretFinding.Broken($"the environment has both {name} and {name}_FILE; keep one of them."));
        if (value is not null) return new(SecretFinding.Of(value, $"the environment variable {name}"));
        return file is null ? new(SecretFinding.None)
            : SecretFile.ReadAsync(file, $"the file that {name}_FILE names", isRequired: true, cancel);
    }
}
