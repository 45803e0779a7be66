namespace Aos.Skills.Standard.Mcp;

/// <summary>The environment of a server: a few variables that programs need, and what the import names. Nothing else of
/// this process, so that keys which lie in its environment reach no server by accident.</summary>
internal static class ServerEnvironment
{
    private static readonly string[] Passed = OperatingSystem.IsWindows()
        ?
        [
            "APPDATA", "COMSPEC", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATH", "PATHEXT", "PROCESSOR_ARCHITECTURE",
            "PROGRAMDATA", "PROGRAMFILES", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERNAME",
            "USERPROFILE", "WINDIR",
        ]
        : ["HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"];

    /// <summary>The whole environment.</summary>
    /// <param name="own">The variables of the import, with their values.</param>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyDictionary<string, string> own)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Passed)
            if (Environment.GetEnvironmentVariable(name) is { } value) all[name] = value;
        foreach (var (name, value) in own) all[name] = value;
        return all;
    }
}
