using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aos.Simulation.Tests.Pump;

namespace Aos.Simulation.Tests.Checks;

/// <summary>What happened, line by line, by virtual time. Kept only where it is asked for: a seed that fails is run
/// again.</summary>
internal sealed class History(WorkPump pump, bool isKept)
{
    private readonly StringBuilder _lines = new();

    public void Note([System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] ref Line line)
    {
        if (isKept) _lines.Append(line.Text()).Append('\n');
    }

    public override string ToString() => _lines.ToString();

    /// <summary>The hash of the history, for comparing two.</summary>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_lines.ToString())));

    /// <summary>A line that is not put together where nobody reads it.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    internal readonly ref struct Line
    {
        private readonly StringBuilder? _text;

        public Line(int literalLength, int formattedCount, History history, out bool isWanted)
        {
            isWanted = history.IsKept;
            if (!isWanted) return;
            _text = new StringBuilder(literalLength + formattedCount * 16);
            _text.Append(CultureInfo.InvariantCulture, $"{history.Now / TimeSpan.TicksPerMicrosecond,12} ");
        }

        public void AppendLiteral(string text) => _text!.Append(text);

        public void AppendFormatted<T>(T value) => _text!.Append(CultureInfo.InvariantCulture, $"{value}");

        public string Text() => _text!.ToString();
    }

    private bool IsKept => isKept;

    private long Now => pump.Now;
}
