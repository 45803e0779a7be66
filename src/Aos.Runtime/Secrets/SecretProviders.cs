using Aos.Abstractions.Secrets;

namespace Aos.Runtime.Secrets;

/// <summary>The places where secrets are looked for.</summary>
public static class SecretProviders
{
    /// <summary>The id of the .NET user secrets that are read, as in <c>UserSecretsId</c> of a project file.</summary>
    public const string UserSecretsVariable = "AOS_USER_SECRETS_ID";

    /// <summary>The folder of secrets, one file each.</summary>
    public const string FolderVariable = "AOS_SECRETS_DIR";

    /// <summary>The places that hold unless a host says otherwise, in their order: the environment variable NAME, the
    /// file that NAME_FILE names, the file NAME in the folder of secrets, .NET user secrets.</summary>
    /// <param name="folder">The folder of secrets where <c>AOS_SECRETS_DIR</c> names none; null: none.</param>
    public static IReadOnlyList<ISecretProvider> Standard(string? folder)
    {
        var places = new List<ISecretProvider> { new EnvironmentSecrets() };
        if (Variable(FolderVariable) is { } given) folder = given;
        if (folder is not null) places.Add(new FolderSecrets(Path.GetFullPath(folder)));
        if (Variable(UserSecretsVariable) is { } id) places.Add(new UserSecrets(id));
        return places;
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
