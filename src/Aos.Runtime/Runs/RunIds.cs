using System.Security.Cryptography;
using Aos.Contracts.Values;

namespace Aos.Runtime.Runs;

/// <summary>Draws run ids. The one identity that is not derived.</summary>
public interface IRunIdSource
{
    /// <summary>A new id. Thread-safe.</summary>
    RunId Next();
}

/// <summary>Run ids that sort by time: 48 bits of milliseconds, then 80 random bits, in the letters and digits that
/// are not mistaken for others.</summary>
public sealed class RunIds(TimeProvider time) : IRunIdSource
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TimeDigits = 10;
    private const int RandomDigits = 16;

    /// <inheritdoc />
    public RunId Next()
    {
        Span<char> text = stackalloc char[4 + TimeDigits + RandomDigits];
        "run_".CopyTo(text);
        var milliseconds = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 4 + TimeDigits - 1; i >= 4; i--, milliseconds /= 32) text[i] = Digits[(int)(milliseconds % 32)];
        Span<byte> random = stackalloc byte[RandomDigits];
        RandomNumberGenerator.Fill(random);
        for (var i = 0; i < RandomDigits; i++) text[4 + TimeDigits + i] = Digits[random[i] % 32];
        return RunId.Parse(text.ToString());
    }
}
