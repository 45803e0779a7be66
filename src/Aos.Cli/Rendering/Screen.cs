using System.Text;
using Aos.Contracts;
using Aos.Contracts.Values;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>Where a command writes: data to standard output, progress and diagnostics to standard error.</summary>
internal sealed class Screen
{
    private const int PipeWidth = 100;
    private const int WidthMin = 40;
    private readonly bool _colour;
    private readonly bool _cursor;
    private readonly Stream _output;

    private Screen(
        Stream output, bool json, bool outIsTerminal, bool errorIsTerminal, bool colour, bool cursor, int width)
    {
        (Json, OutIsTerminal, ErrorIsTerminal) = (json, outIsTerminal, errorIsTerminal);
        (_colour, _cursor, Width) = (colour, cursor, width);
        (_output, Out) = (output, Writer(output));
    }

    public TextWriter Out { get; private init; }

    /// <summary>Progress and diagnostics. Where they cannot be written they are dropped: the exit code and standard
    /// output say what became of the command.</summary>
    public TextWriter Error { get; private init; } = Writer(new LossyStream(Console.OpenStandardError()));

    /// <summary>Whether data is JSON.</summary>
    public bool Json { get; }

    public bool OutIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    /// <summary>Whether progress can be redrawn in place.</summary>
    public bool CanRedraw => ErrorIsTerminal && _cursor;

    /// <summary>Whether a person can be asked.</summary>
    public bool CanAsk => ErrorIsTerminal && !Console.IsInputRedirected;

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Standard output with styles, for tables and pictures. Created on first use: what prints JSON or help
    /// starts without it.</summary>
    public IAnsiConsole Canvas =>
        field ??= Create(
            OutIsTerminal ? Out : new TrimmingWriter(Out), _colour && OutIsTerminal, OutIsTerminal ? Width : null);

    /// <summary>Standard error with styles.</summary>
    public IAnsiConsole Notes => field ??= Create(Error, _colour && ErrorIsTerminal, Width);

    /// <summary>The screen of this process. <c>--json</c> is looked for in the raw arguments, since it must hold for
    /// arguments that cannot be parsed as well.</summary>
    public static Screen OfProcess(string[] args)
    {
        var options = args.TakeWhile(arg => arg != "--");
        var dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        var colour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && !dumb;
        return new Screen(
            Console.OpenStandardOutput(), options.Contains("--json", StringComparer.Ordinal),
            !Console.IsOutputRedirected,
            !Console.IsErrorRedirected, colour, cursor: !dumb, Columns());
    }

    /// <summary>A screen of streams, none of which is a terminal.</summary>
    public static Screen Of(string[] args, Stream output, Stream error) =>
        new(output, args.Contains("--json", StringComparer.Ordinal), outIsTerminal: false, errorIsTerminal: false,
            colour: false, cursor: false, PipeWidth)
        {
            Error = Writer(error),
        };

    /// <summary>The same screen with standard error in place of standard output, for what is no data.</summary>
    public Screen OnError() =>
        new(_output, Json, ErrorIsTerminal, ErrorIsTerminal, _colour, _cursor, Width) { Out = Error, Error = Error };

    /// <summary>Prints a contract as JSON: indented for a terminal, otherwise on one line.</summary>
    public void WriteJson<T>(T value)
    {
        if (OutIsTerminal) Out.WriteLine(AosJson.WriteIndented(value));
        else WriteLine(AosJson.Write(value));
    }

    /// <summary>Prints JSON text as it is, on a line of its own.</summary>
    public void WriteJson(ReadOnlyMemory<byte> utf8)
    {
        if (OutIsTerminal) WriteJson(Payload.FromUtf8(utf8));
        else WriteLine(utf8.Span);
    }

    // Console.Out would set the terminal up for reading keys, which no command does.
    private static StreamWriter Writer(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    private void WriteLine(ReadOnlySpan<byte> utf8)
    {
        var line = new byte[utf8.Length + 1];
        utf8.CopyTo(line);
        line[^1] = (byte)'\n';
        _output.Write(line);
        _output.Flush();
    }

    private static int Columns()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns > 0)
            return Math.Max(WidthMin, columns);
        if (Console.IsOutputRedirected && Console.IsErrorRedirected) return PipeWidth;
        try
        {
            return Console.WindowWidth is > 0 and var width ? Math.Max(WidthMin, width) : PipeWidth;
        }
        catch (IOException)
        {
            return PipeWidth;
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool colour, int? width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new Destination(writer, width),
        });
        console.Profile.Capabilities.Unicode = true;
        if (!colour) console.Profile.Capabilities.Ansi = false;
        return console;
    }

    // What is read by a program must not be cut to the width of anything.
    private sealed class Destination(TextWriter writer, int? width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => width is not null;

        public int Width => width ?? 4096;

        public int Height => 40;

        public void SetEncoding(Encoding encoding)
        {
            // The process's encoding is the system's business.
        }
    }
}
