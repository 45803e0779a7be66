using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary>Finds the index of a member's name among the names of a schema, in constant time.</summary>
internal sealed class Names
{
    private const int Few = 6;

    private readonly byte[][] _utf8;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _index;

    /// <param name="names">Distinct names.</param>
    public Names(IReadOnlyList<string> names)
    {
        _utf8 = [.. names.Select(Encoding.UTF8.GetBytes)];
        _index = names.Select(KeyValuePair.Create).ToFrozenDictionary(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <returns>The index of the member's name, or -1.</returns>
    public int Find(JsonProperty member, Evaluation run)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        if (_utf8.Length > Few || raw.Contains((byte)'\\'))
            return _index.TryGetValue(run.TextOf(member), out var index) ? index : -1;
        for (var at = 0; at < _utf8.Length; at++)
        {
            if (raw.SequenceEqual(_utf8[at]))
                return at;
        }

        return -1;
    }
}
