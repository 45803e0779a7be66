using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;
using Aos.Server.Settings;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>A test with a server that tells a collector. Servers of other tests in this process are heard as well, so
/// each test looks at its own traces.</summary>
public abstract class TracedTest : ServerTest
{
    protected const string CallerTrace = "0af7651916cd43dd8448eb211c80319c";
    protected const string CallerSpan = "b7ad6b7169203331";
    protected const string CallerHeader = $"00-{CallerTrace}-{CallerSpan}-01";

    private Collector? _collector;
    private Func<ServerSettings, ServerSettings> _change = settings => settings;

    private protected override ServerSettings Settings
    {
        get
        {
            var settings = base.Settings with
            {
                OtlpEndpoint = _collector?.Address,
                OtlpGrpc = _collector?.IsGrpc == true,
                AdoptSeconds = 1,
                DrainSeconds = 0
            };
            return _change(settings);
        }
    }

    /// <summary>Starts the server anew: the first time with a collector, later with what is to be changed, or to have
    /// everything told, since a server that ends has told everything.</summary>
    private protected async Task<Collector> RestartAsync(
        Func<ServerSettings, ServerSettings>? change = null, bool grpc = false)
    {
        var before = _collector;
        _collector ??= await Collector.StartAsync(grpc);
        _change = change ?? _change;
        Http.Dispose();
        await Running.DisposeAsync();
        if (before is not null && change is null) _change = settings => settings with { OtlpEndpoint = null };
        await StartAsync();
        return _collector;
    }

    protected static string TraceOf(JsonElement report) => report.Text("steps/0/outcome/trace/trace_id");
}
