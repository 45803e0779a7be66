using Aos.Cli.Invocation;
using Aos.Runtime.Secrets;

namespace Aos.Cli.Doctor;

/// <summary>Looks at the folder of secrets: whether it is there where somebody named it, and whether others can read
/// it.</summary>
internal static class SecretsCheck
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static Finding Look(string data)
    {
        var named = Environment.GetEnvironmentVariable(SecretProviders.FolderVariable) is { Length: > 0 } given
            ? given : null;
        var folder = named ?? DataFolder.SecretsOf(data);
        if (!Directory.Exists(folder))
            return named is null
                ? new("secrets", FindingLevel.Good, $"from the environment; {folder} is not there")
                : new("secrets", FindingLevel.Notable,
                    $"{SecretProviders.FolderVariable} names {folder}, which is not there",
                    "Make the folder, or correct the variable.");
        try
        {
            var files = Directory.GetFiles(folder);
            // A folder that was named is a mount as often as not, whose rights are its owner's business.
            var open = named is null && IsOpen(folder) ? files.FirstOrDefault(IsOpen) : null;
            return open is null
                ? new("secrets", FindingLevel.Good, $"from the environment and {folder}")
                : new("secrets", FindingLevel.Notable, $"{open} can be read by others than its owner",
                    $"Take the right away: chmod -R go-rwx {ShellText.Quote(folder)}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new("secrets", FindingLevel.Notable, $"{folder} cannot be read: {error.Message}");
        }
    }

    private static bool IsOpen(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;
}
