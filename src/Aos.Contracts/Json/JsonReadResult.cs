using System.Text.Json;

namespace Aos.Contracts.Json;

/// <summary>What <see cref="StrictJson.Parse"/> found: a value or a problem.</summary>
public abstract record JsonReadResult
{
    private JsonReadResult()
    {
    }

    /// <summary>The document keeps every rule.</summary>
    /// <param name="Value">Its value; owns its memory, needs no disposal, safe to read from many threads.</param>
    /// <param name="Utf8">The very bytes given, not copied.</param>
    public sealed record Read(JsonElement Value, ReadOnlyMemory<byte> Utf8) : JsonReadResult;

    /// <summary>The document is refused whole.</summary>
    /// <param name="Problem">The first rule it breaks.</param>
    public sealed record Refused(JsonProblem Problem) : JsonReadResult;
}
