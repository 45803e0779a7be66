using System.Globalization;
using System.Text;

namespace Aos.Generators;

/// <summary>The rules of names, which the runtime states again where it parses them.</summary>
internal static class Names
{
    public static bool IsSkillName(string text) => text.Length is > 0 and <= 64 && IsLower(text[0])
        && text.All(c => IsLower(c) || IsDigit(c) || c is '_' or '-' or '.');

    public static bool IsErrorCode(string text) => text.Length is > 0 and <= 64 && IsUpper(text[0])
        && text.All(c => IsUpper(c) || IsDigit(c) || c == '_');

    public static bool IsVersion(string text)
    {
        var dash = text.IndexOf('-');
        var numbers = (dash < 0 ? text : text.Substring(0, dash)).Split('.');
        return text.Length <= 64 && numbers.Length == 3 && numbers.All(IsNumber)
            && (dash < 0 || text.Substring(dash + 1).Split('.').All(IsPreReleasePart));
    }

    /// <summary>Snake case as System.Text.Json has it: an underscore where a capital begins a word.</summary>
    public static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            var begins = char.IsUpper(c) && i > 0 && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (begins) text.Append('_');
            text.Append(char.ToLower(c, CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }

    /// <summary>A C# identifier from any text.</summary>
    public static string Identifier(string text)
    {
        var name = new StringBuilder();
        foreach (var c in text) name.Append(char.IsLetterOrDigit(c) ? c : '_');
        return text.Length > 0 && char.IsDigit(text[0]) ? "_" + name : name.ToString();
    }

    /// <summary>The class of a skill. Names have no capitals: those stand for what an identifier lacks.</summary>
    public static string ClassName(string skill, string version) => Identifier(
        $"{skill.Replace("-", "D").Replace(".", "P")}V{version.Replace("-", "__")}");

    private static bool IsNumber(string text) =>
        text.Length is > 0 and <= 9 && text.All(IsDigit) && (text.Length == 1 || text[0] != '0');

    private static bool IsPreReleasePart(string text) => text.Length is > 0 and <= 32
        && text.All(c => IsLower(c) || IsUpper(c) || IsDigit(c) || c == '-')
        && (!text.All(IsDigit) || text.Length == 1 || text[0] != '0');

    private static bool IsLower(char c) => c is >= 'a' and <= 'z';

    private static bool IsUpper(char c) => c is >= 'A' and <= 'Z';

    private static bool IsDigit(char c) => c is >= '0' and <= '9';
}
