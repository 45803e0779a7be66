namespace Aos.Cli.Invocation;

/// <summary>Text for a shell, in commands that are suggested.</summary>
internal static class ShellText
{
    /// <summary>The text as one word of a POSIX shell.</summary>
    public static string Quote(string text) => text.Length > 0 && text.All(IsPlain)
        ? text
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '@' or '=';
}
