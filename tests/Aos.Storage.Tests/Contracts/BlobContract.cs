using Aos.Contracts.Values;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Bytes by their content.</summary>
public abstract class BlobContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    [Fact]
    public async Task A_blob_is_read_back_by_its_digest()
    {
        var (large, empty) = (TestRun.BlobOf(new string('x', 300_000)), TestRun.BlobOf(""));
        await WriteAsync(new TestRun("a").Begin() with { Blobs = [large, empty] });

        Assert.Equal(large.Bytes.ToArray(), await Store.ReadBlobAsync(large.Digest, Cancel));
        Assert.Empty(Assert.IsType<byte[]>(await Store.ReadBlobAsync(empty.Digest, Cancel)));
    }

    [Fact]
    public async Task A_blob_that_was_never_stored_is_null() =>
        Assert.Null(await Store.ReadBlobAsync(Digest.Of("nothing"u8), Cancel));

    [Fact]
    public async Task A_blob_that_is_stored_already_is_left_as_it_is()
    {
        var blob = TestRun.BlobOf("shared");
        var run = new TestRun("a");
        await WriteAsync(run.Begin() with { Blobs = [blob, blob] }, new TestRun("b").Begin() with { Blobs = [blob] });
        await WriteAsync(run.Next("2") with { Blobs = [blob with { Bytes = TestRun.Utf8("forged") }] });

        Assert.Equal("shared"u8.ToArray(), await Store.ReadBlobAsync(blob.Digest, Cancel));
    }
}
