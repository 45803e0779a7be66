namespace Aos.Skills.Standard.Http;

/// <summary>A body that may only be so long; reading further throws <see cref="IOException"/>.</summary>
internal sealed class LimitedStream(Stream inner, long bytesMax) : ReadOnlyStream(inner)
{
    private long _read;

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    public override int Read(byte[] buffer, int offset, int count) => Count(Inner.Read(buffer, offset, count));

    private int Count(int read)
    {
        _read += read;
        return _read <= bytesMax ? read : throw new IOException($"The body is longer than {bytesMax} bytes.");
    }
}
