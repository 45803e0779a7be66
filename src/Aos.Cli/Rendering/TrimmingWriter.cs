using System.Text;

namespace Aos.Cli.Rendering;

/// <summary>Drops the spaces at the ends of lines, with which tables are filled up.</summary>
internal sealed class TrimmingWriter(TextWriter inner) : TextWriter
{
    private readonly StringBuilder _spaces = new();

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        switch (value)
        {
            case ' ':
                _spaces.Append(value);
                return;
            case '\n' or '\r': break;
            default:
                inner.Write(_spaces);
                break;
        }
        _spaces.Clear();
        inner.Write(value);
    }

    public override void Flush() => inner.Flush();
}
