using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aos.Tests.Runtime.Faults;

/// <summary>One way in which a call over the network goes wrong, or does not, where it really happens: when the name is
/// looked up, when the address is dialled, or when the server answers.</summary>
internal sealed record Fault
{
    /// <summary>The address that the name has this time; null: the one that the server listens on.</summary>
    public IPAddress? Address { get; private init; }

    /// <summary>What the look-up of the name throws.</summary>
    public SocketError? Lookup { get; private init; }

    /// <summary>How long nothing comes, until the other side must have given up; null where something comes at
    /// once.</summary>
    public TimeSpan? Silence { get; private init; }

    /// <summary>Whether the look-up is what nothing comes of.</summary>
    public bool IsLookupSilent { get; private init; }

    /// <summary>What the server sends before it closes.</summary>
    public string Answer { get; private init; } = "";

    /// <summary>It works.</summary>
    public static Fault None { get; } =
        Says("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}");

    /// <summary>There is no such name.</summary>
    public static Fault NoSuchName { get; } = new() { Lookup = SocketError.HostNotFound };

    /// <summary>Nobody says what address the name has.</summary>
    public static Fault LookupHangs { get; } = new() { Silence = TimeSpan.FromSeconds(5), IsLookupSilent = true };

    /// <summary>Nothing listens there: the server of these tests has 127.0.0.1 alone.</summary>
    public static Fault Refused { get; } = new() { Address = IPAddress.Parse("127.0.0.2") };

    /// <summary>The connection is closed in the place of an answer.</summary>
    public static Fault Cut { get; } = Says("");

    /// <summary>The connection is closed in the middle of the body.</summary>
    public static Fault CutInBody { get; } = Says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":");

    /// <summary>Something answers that does not speak HTTP.</summary>
    public static Fault Garbage { get; } = Says("\0\0\0\0 no http at all\r\n\r\n");

    /// <summary>The request is taken, and nothing comes back for so long.</summary>
    public static Fault Hangs(double seconds) => new() { Silence = TimeSpan.FromSeconds(seconds) };

    /// <summary>A status.</summary>
    /// <param name="status">Which.</param>
    /// <param name="retryAfter">The value of <c>Retry-After</c>; null for none.</param>
    public static Fault Status(int status, string? retryAfter = null) => Says(
        $"HTTP/1.1 {status} It is so\r\nConnection: close\r\nContent-Length: 0\r\n{(retryAfter is null ? "" : $"Retry-After: {retryAfter}\r\n")}\r\n");

    public async Task ActAsync(NetworkStream stream, CancellationToken cancel) =>
        await stream.WriteAsync(Encoding.Latin1.GetBytes(Answer), cancel);

    private static Fault Says(string answer) => new() { Answer = answer };
}
