using System.Text;

namespace Aos.Cli.Rendering;

/// <summary>Names of enums as the formats write them.</summary>
internal static class Words
{
    /// <summary><c>UnknownOutcome</c> becomes <c>unknown_outcome</c>.</summary>
    public static string Snake(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }

    /// <summary>As in the formats.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Snake(Enum.GetName(value) ?? "");

    /// <summary>For sentences: <c>unknown outcome</c>.</summary>
    public static string Spaced<T>(T value) where T : struct, Enum => Of(value).Replace('_', ' ');

    /// <summary><c>1 step</c>, <c>2 steps</c>.</summary>
    public static string Count(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";
}
