using System.Buffers;

namespace Aos.Contracts.Json;

/// <summary>A growing buffer from the shared pool. The owner disposes it once; its span is dead afterwards.</summary>
internal struct PooledBytes(int size) : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(size);

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public readonly byte[] Array => _bytes;

    /// <summary>The next <paramref name="count"/> bytes, counted as written.</summary>
    public Span<byte> Take(int count)
    {
        if (_bytes.Length - Length < count)
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + count));
            Written.CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = grown;
        }

        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }

    public void Add(byte value) => Take(1)[0] = value;

    public void Add(ReadOnlySpan<byte> values) => values.CopyTo(Take(values.Length));

    /// <summary>Forgets what lies behind <paramref name="length"/>.</summary>
    public void Cut(int length) => Length = length;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }
}
