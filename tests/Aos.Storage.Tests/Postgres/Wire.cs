using System.Net;
using System.Net.Sockets;

namespace Aos.Storage.Tests.Postgres;

/// <summary>A network between a store and its server. It can be cut so that only the store notices: the server keeps
/// believing in the connections.</summary>
internal sealed class Wire : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly List<(Socket Near, Socket Far)> _pairs = [];
    private readonly Task _accepting;

    public Wire(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends all present connections on the side of the store.</summary>
    public void Cut()
    {
        lock (_pairs)
            foreach (var (near, _) in _pairs) near.Close();
    }

    public void Dispose()
    {
        _listener.Stop();
        Cut();
        lock (_pairs)
            foreach (var (_, far) in _pairs) far.Dispose();
        Assert.True(_accepting.Wait(TimeSpan.FromSeconds(30)));
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync();
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await far.ConnectAsync(IPAddress.Loopback, _target);
                lock (_pairs) _pairs.Add((near, far));
                _ = PumpAsync(near, far);
                _ = PumpAsync(far, near);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[65_536];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer)) > 0) await to.SendAsync(buffer.AsMemory(0, read));
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // Cut: the other side is left as it is.
        }
    }
}
