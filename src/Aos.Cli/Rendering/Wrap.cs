using System.Text;

namespace Aos.Cli.Rendering;

/// <summary>Breaks text between words.</summary>
internal static class Wrap
{
    private const int RoomMin = 20;

    /// <summary>Appends words; the first line starts where the text is, the others at the indent.</summary>
    public static void Append(StringBuilder text, string words, int indent, int width)
    {
        var room = Math.Max(RoomMin, width - indent);
        var used = 0;
        foreach (var word in words.Split(' '))
        {
            if (used > 0 && used + 1 + word.Length > room)
            {
                text.AppendLine().Append(' ', indent);
                used = 0;
            }
            if (used > 0) text.Append(' ');
            text.Append(word);
            used += word.Length + (used > 0 ? 1 : 0);
        }
        text.AppendLine();
    }

    /// <summary>A line whose continuation is indented.</summary>
    /// <param name="lead">What stands before the words.</param>
    /// <param name="words">The words.</param>
    /// <param name="width">Columns.</param>
    public static string Hanging(string lead, string words, int width)
    {
        var text = new StringBuilder(lead);
        Append(text, words, lead.Length, width);
        return text.ToString();
    }
}
