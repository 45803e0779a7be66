using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Aos.Generators;

/// <summary>Values as JSON and as C#.</summary>
internal static class Literals
{
    /// <summary>A constant as JSON.</summary>
    public static string Json(object? value) => value switch
    {
        null => "null",
        string text => Json(text),
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => "null",
    };

    /// <summary>A text as JSON.</summary>
    public static string Json(string text)
    {
        var json = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') json.Append('\\').Append(c);
            else if (c < ' ') json.Append($"\\u{(int)c:x4}");
            else json.Append(c);
        }
        return json.Append('"').ToString();
    }

    /// <summary>A text as C#.</summary>
    public static string Code(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
