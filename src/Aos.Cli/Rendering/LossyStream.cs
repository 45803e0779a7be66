namespace Aos.Cli.Rendering;

/// <summary>Passes bytes on for as long as somebody takes them, and drops them where nobody can: for diagnostics, which
/// must not fail what they are about. A stream whose descriptor was closed before the process began refuses
/// access.</summary>
internal sealed class LossyStream(Stream inner) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether something was dropped.</summary>
    public bool HasLost { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (HasLost) return;
        try
        {
            inner.Write(buffer);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            HasLost = true;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // What is under it keeps nothing back.
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
