using Aos.Skills.Standard.Http;

namespace Aos.Skills.Standard.Mcp;

/// <summary>What a server writes, in messages of one line each; a longer message than allowed ends the stream with
/// <see cref="IOException"/>, before it is in memory as a whole.</summary>
internal sealed class MessageStream(Stream inner, long bytesMax) : ReadOnlyStream(inner)
{
    private long _line;

    /// <summary>Whether a message was longer than allowed.</summary>
    public bool IsTooLong { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Count(buffer.Span[..read]);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = Inner.Read(buffer, offset, count);
        Count(buffer.AsSpan(offset, read));
        return read;
    }

    private void Count(ReadOnlySpan<byte> read)
    {
        var last = read.LastIndexOf((byte)'\n');
        _line = last < 0 ? _line + read.Length : read.Length - last - 1;
        if (_line <= bytesMax) return;
        IsTooLong = true;
        throw new IOException($"A message is longer than {bytesMax} bytes.");
    }
}
