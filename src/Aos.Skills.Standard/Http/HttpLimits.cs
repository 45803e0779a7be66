using System.Security.Cryptography.X509Certificates;

namespace Aos.Skills.Standard.Http;

/// <summary>What one call may take from the other side, and whom it trusts.</summary>
internal sealed record HttpLimits
{
    /// <summary>Bytes of a body after decompression. Default 10 MiB.</summary>
    public int BodyBytesMax { get; init; } = 10 << 20;

    /// <summary>Bytes of a body for each compressed byte. Default 100.</summary>
    public int RatioMax { get; init; } = 100;

    /// <summary>Bytes of a body below which the ratio is not looked at: short texts compress well in earnest.
    /// Default 64 KiB.</summary>
    public int RatioFreeBytes { get; init; } = 64 << 10;

    /// <summary>KiB of the header section. Default 32.</summary>
    public int HeaderKiBMax { get; init; } = 32;

    /// <summary>Redirects that are followed. Default 3.</summary>
    public int RedirectsMax { get; init; } = 3;

    /// <summary>Addresses of one host that are tried. Default 4.</summary>
    public int AddressesMax { get; init; } = 4;

    /// <summary>How long finding and connecting to one address may take, each. Default 5 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the first byte of an answer may take, from the request on, unless the input says otherwise.
    /// Default 30 seconds.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of the answers that are kept for <c>cache</c>. Default 32 MiB.</summary>
    public long CacheBytesMax { get; init; } = 32 << 20;

    /// <summary>Certificates to trust instead of the system's; empty: the system's.</summary>
    public IReadOnlyList<X509Certificate2> TrustedRoots { get; init; } = [];
}
