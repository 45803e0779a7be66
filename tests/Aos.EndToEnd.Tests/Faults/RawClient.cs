using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aos.EndToEnd.Tests.Faults;

/// <summary>A connection on which a test says whatever it likes, also what no client would say.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static async Task<RawClient> ConnectAsync(Uri server, string says = "")
    {
        var client = new RawClient();
        await client._socket.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, server.Port), TestContext.Current.CancellationToken);
        if (says.Length > 0) await client.SayAsync(says);
        return client;
    }

    /// <summary>Many at once, a few at a time.</summary>
    public static async Task<List<RawClient>> ConnectAsync(Uri server, int count, Func<int, string> says)
    {
        var clients = new RawClient[count];
        await Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (i, _) => clients[i] = await ConnectAsync(server, says(i)));
        return [.. clients];
    }

    public async Task SayAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(
                bytes.AsMemory(sent), SocketFlags.None, TestContext.Current.CancellationToken);
    }

    /// <summary>Says that it will say nothing more, and still listens.</summary>
    public void SaysNoMore() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads until a text has come; gives what came. Ends with what there is where the server
    /// closes.</summary>
    public async Task<string> HearAsync(string until)
    {
        var heard = new StringBuilder();
        var buffer = new byte[4_096];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Infrastructure.Cli.Patience);
        while (!heard.ToString().Contains(until, StringComparison.Ordinal))
        {
            int read;
            try
            {
                read = await _socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token);
            }
            catch (SocketException gone)
                when (gone.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
            {
                break; // Closed the hard way, which is closed.
            }
            if (read == 0) break;
            heard.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        return heard.ToString();
    }

    /// <summary>Reads until the server closes the connection; gives the status of its answer, 0 where there was
    /// none.</summary>
    public async Task<int> ClosedWithAsync() => StatusOf(await HearAsync(until: "\0never\0"));

    /// <summary>The status of the answer whose head has come.</summary>
    public async Task<int> AnsweredAsync() => StatusOf(await HearAsync("\r\n\r\n"));

    /// <summary>Goes without a word of farewell.</summary>
    public void Vanish()
    {
        _socket.LingerState = new LingerOption(enable: true, 0);
        _socket.Close();
    }

    public void Dispose() => _socket.Dispose();

    private static int StatusOf(string answer) =>
        answer.Split(' ') is ["HTTP/1.1", { } status, ..]
            ? int.Parse(status, System.Globalization.CultureInfo.InvariantCulture) : 0;
}
