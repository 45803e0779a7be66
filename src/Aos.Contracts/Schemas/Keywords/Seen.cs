using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary>Which members or items of one instance a schema object and its in-place subschemas have evaluated: what
/// <c>unevaluatedProperties</c> and <c>unevaluatedItems</c> leave out. Members count in document order.</summary>
internal struct Seen
{
    private readonly int _count;
    private bool _all;
    private ulong _first;
    private ulong[]? _rest;

    private Seen(int count)
    {
        _count = count;
        IsTracking = true;
    }

    /// <summary>False where no keyword will ask; marking then does nothing.</summary>
    public bool IsTracking { get; }

    public static Seen Of(JsonElement instance) => instance.ValueKind switch
    {
        JsonValueKind.Object => new Seen(instance.GetPropertyCount()),
        JsonValueKind.Array => new Seen(instance.GetArrayLength()),
        _ => default,
    };

    /// <summary>An empty one for the same instance.</summary>
    public readonly Seen Fork() => IsTracking ? new Seen(_count) : default;

    public readonly bool Contains(int index)
    {
        if (_all)
            return true;
        var block = index < 64 ? _first : _rest is null ? 0 : _rest[(index >> 6) - 1];
        return (block >> (index & 63) & 1) != 0;
    }

    public void Mark(int index)
    {
        if (!IsTracking || _all)
            return;
        if (index < 64)
        {
            _first |= 1UL << index;
            return;
        }

        _rest ??= new ulong[(_count - 1) >> 6];
        _rest[(index >> 6) - 1] |= 1UL << (index & 63);
    }

    public void MarkAll() => _all = true;

    public void Merge(in Seen other)
    {
        _all |= other._all;
        _first |= other._first;
        if (_all || other._rest is null)
            return;
        _rest ??= new ulong[other._rest.Length];
        for (var at = 0; at < _rest.Length; at++)
            _rest[at] |= other._rest[at];
    }
}
