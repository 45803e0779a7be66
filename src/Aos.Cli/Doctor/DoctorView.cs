using Aos.Cli.Rendering;
using Spectre.Console;

namespace Aos.Cli.Doctor;

/// <summary>What an examination found.</summary>
internal static class DoctorView
{
    public static void Show(Screen screen, IReadOnlyList<Finding> findings)
    {
        var text = new Paragraph();
        foreach (var finding in findings)
        {
            var (mark, style) = finding.Level switch
            {
                FindingLevel.Good => ("✓", Styles.Good),
                FindingLevel.Notable => ("!", Styles.Wait),
                FindingLevel.Wrong => ("✗", Styles.Bad),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            text.Append($"{mark} {finding.Check}", style).Append($": {Plain.Of(finding.Message)}\n");
            if (finding.Hint is { } hint) text.Append($"  {Plain.Of(hint)}\n", Styles.Faint);
        }
        screen.Canvas.Write(text);
    }

    /// <summary><c>{"healthy": …, "checks": [{"check", "level", "message", "hint"}]}</c>.</summary>
    public static ReadOnlyMemory<byte> Json(IReadOnlyList<Finding> findings) => ListText.Object(writer =>
    {
        writer.WriteBoolean("healthy", findings.All(finding => finding.Level != FindingLevel.Wrong));
        writer.WriteStartArray("checks");
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("check", finding.Check);
            writer.WriteString("level", Words.Of(finding.Level));
            writer.WriteString("message", finding.Message);
            if (finding.Hint is { } hint) writer.WriteString("hint", hint);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });
}
