using System.Text.Json;

namespace Aos.Contracts.Expressions;

/// <summary>How much room a value takes: bytes as JSON, and levels of computed arrays and objects.</summary>
internal readonly record struct Extent(long Bytes, int Depth);

/// <summary>The items of an array that is not part of a document.</summary>
/// <param name="Values">The items. Nobody writes to them.</param>
/// <param name="Extent">The size of the array where an evaluation built it. Computed values share parts, so a small
/// graph can be an exponentially large tree: its size is summed while building, never found by walking.</param>
internal sealed record ItemList(ExpressionValue[] Values, Extent? Extent);

/// <summary>Walks an array, wherever it lies, without allocating.</summary>
internal struct ItemCursor
{
    private readonly ExpressionValue[]? _items;
    private JsonElement.ArrayEnumerator _elements;
    private int _next;

    public ItemCursor(in ExpressionValue array)
    {
        if (array.Kind != ExpressionValueKind.Array) _items = [];
        else if (array.Payload is ItemList list) _items = list.Values;
        else _elements = array.ElementItems;
    }

    public ExpressionValue Current { get; private set; }

    public bool MoveNext()
    {
        if (_items is null)
        {
            if (!_elements.MoveNext()) return false;
            Current = ExpressionValue.FromElement(_elements.Current);
            return true;
        }

        if (_next == _items.Length) return false;
        Current = _items[_next++];
        return true;
    }
}
