using System.Diagnostics;

namespace Aos.Benchmarks.Server;

/// <summary>A server as users start it, built from source in Release, with an embedded store of its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _process;
    private Task _drained = Task.CompletedTask;

    private ServerProcess(Process process, string folder) => (_process, _folder) = (process, folder);

    public string Address { get; private set; } = "";

    public string Key { get; private set; } = "";

    /// <summary>From the start of the process to the first answer of <c>/health</c>, in milliseconds.</summary>
    public double StartMs { get; private set; }

    /// <summary>Memory of the process in MB: all that is resident, mapped files among it; and what is its
    /// own.</summary>
    public (double Resident, double Own) Memory()
    {
        var lines = File.ReadAllLines($"/proc/{_process.Id}/status");
        double Of(string name) => double.Parse(lines.First(line => line.StartsWith(name, StringComparison.Ordinal))
            .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
        return (Of("VmRSS:"), Of("RssAnon:"));
    }

    public static async Task<ServerProcess> StartAsync(string root)
    {
        var home = Path.Combine(root, "artifacts", "aos");
        var built = await File.ReadAllLinesAsync(Path.Combine(home, "current"));
        var folder = Directory.CreateTempSubdirectory("aos-bench-server-").FullName;
        var start = new ProcessStartInfo(Path.Combine(home, built[0], "server", "aos-server"))
        {
            RedirectStandardError = true,
            UseShellExecute = false
        };
        foreach (var argument in
                (string[])["--data", folder, "--listen", "http://127.0.0.1:0", "--rate-per-second", "0"])
            start.ArgumentList.Add(argument);
        if (built.Length > 1 && built[1].Length > 0) start.Environment["DOTNET_ROOT"] = built[1];
        var clock = Stopwatch.StartNew();
        var server = new ServerProcess(Process.Start(start)!, folder);
        try
        {
            await server.ReadyAsync(clock);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task ReadyAsync(Stopwatch clock)
    {
        while (Key.Length == 0)
        {
            var line = await _process.StandardError.ReadLineAsync()
                ?? throw new InvalidOperationException("The server ended at its start.");
            if (Address.Length == 0 && line.Split("listening on ") is [_, var listening])
            {
                Address = listening.Trim();
                using var http = new HttpClient();
                using var health = await http.GetAsync(new Uri(Address + "/health"));
                health.EnsureSuccessStatusCode();
                StartMs = clock.Elapsed.TotalMilliseconds;
            }
            if (line.Trim() is var text && text.StartsWith("aos_", StringComparison.Ordinal)) Key = text;
        }
        // What it logs is nobody's concern, but a full pipe would stop it.
        _drained = _process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _drained;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
