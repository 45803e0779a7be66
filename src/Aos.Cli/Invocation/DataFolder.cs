namespace Aos.Cli.Invocation;

/// <summary>Where the store, the configuration and the profiles of this user are.</summary>
internal static class DataFolder
{
    /// <summary>The folder of secrets beside a store.</summary>
    public static string SecretsOf(string data) => Path.Combine(data, "secrets");

    /// <summary>The folder that was given, else <c>AOS_HOME</c>, else <c>aos</c> in the platform's folder for data of
    /// programs (<c>~/.local/share</c>, <c>~/Library/Application Support</c>, <c>%LOCALAPPDATA%</c>).</summary>
    /// <exception cref="Refusal">None of them is known.</exception>
    public static string Of(string? given)
    {
        if (given is { Length: 0 }) throw Refusal.Argument("--data needs a folder, and an empty text is none.");
        if (given is not null) return Path.GetFullPath(given);
        if (Environment.GetEnvironmentVariable("AOS_HOME") is { Length: > 0 } home) return Path.GetFullPath(home);
        var platform = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return platform.Length > 0
            ? Path.Combine(platform, "aos")
            : throw Refusal.Argument("This user has no folder for data. Name one with --data DIR or AOS_HOME.");
    }
}
