using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Aos.Skills.Standard.Http;
using Aos.Tests.Skills.Http;

namespace Aos.Tests.Runtime.Faults;

/// <summary>The world as one host that goes wrong as a script says, call after call; the last entry stays. A real
/// server on loopback, real connections; only names are answered from here.</summary>
internal sealed class FaultyWorld : IHostResolver, IAsyncDisposable
{
    public const string Host = "world.test";

    private readonly Channel<TimeSpan> _silences = Channel.CreateUnbounded<TimeSpan>();
    private readonly RawServer _server;
    private readonly Fault[] _script;
    private int _calls;
    private Fault _current = Fault.None;

    public FaultyWorld(params Fault[] script)
    {
        _script = script;
        _server = new RawServer(AnswerAsync);
    }

    public string Url => $"http://{Host}:{_server.Port}/";

    /// <summary>Calls that began, whether they arrived or not.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The requests that arrived.</summary>
    public IReadOnlyCollection<string> Arrived => _server.Heads;

    /// <summary>How long each call that gets no answer waits in vain, as soon as it does.</summary>
    public ChannelReader<TimeSpan> Silences => _silences.Reader;

    public async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancel)
    {
        Assert.Equal(Host, host);
        _current = _script[Math.Min(Interlocked.Increment(ref _calls), _script.Length) - 1];
        if (_current.Lookup is { } error) throw new SocketException((int)error);
        if (_current.IsLookupSilent) await KeepSilentAsync(cancel);
        return [_current.Address ?? IPAddress.Loopback];
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<bool> AnswerAsync(NetworkStream stream, int request, CancellationToken cancel)
    {
        if (_current.Silence is not null) await KeepSilentAsync(cancel);
        await _current.ActAsync(stream, cancel);
        return false;
    }

    private async Task KeepSilentAsync(CancellationToken cancel)
    {
        await _silences.Writer.WriteAsync(_current.Silence!.Value, cancel);
        await Task.Delay(Timeout.Infinite, cancel);
    }
}
