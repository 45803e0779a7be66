using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Aos.EndToEnd.Tests.Mcp;

/// <summary>MCP servers of the npm registry, in the versions of the lock file. <c>./test</c> installs them; where they are
/// missing, the first test does.</summary>
internal static class PublicServers
{
    private static readonly Lazy<string> Installed = new(Install);

    public static string Everything => Path.Combine(Installed.Value, "node_modules", "@modelcontextprotocol", "server-everything", "dist", "index.js");

    public static string Files => Path.Combine(Installed.Value, "node_modules", "@modelcontextprotocol", "server-filesystem", "dist", "index.js");

    /// <summary>Starts a server that speaks Streamable HTTP, and waits until it listens.</summary>
    public static async Task<(Process Process, int Port)> StartHttpAsync()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var start = new ProcessStartInfo("node", [Everything, "streamableHttp"]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PORT"] = $"{port}";
        var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Infrastructure.Cli.Patience);
        while (await process.StandardError.ReadLineAsync(patience.Token) is { } line)
            if (line.Contains("listening", StringComparison.OrdinalIgnoreCase)) break;
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Assert.False(process.HasExited, "The server ended before it listened.");
        return (process, port);
    }

    private static string Install()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Aos.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository was not found.");
        folder = Path.Combine(folder, "tests", "Aos.EndToEnd.Tests", "Mcp", "servers");
        if (File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json"))) return folder;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-progress"]) { WorkingDirectory = folder })!;
        npm.WaitForExit();
        Assert.True(npm.ExitCode == 0, "The MCP servers of the tests could not be installed: run ./test, which installs Node.js and them.");
        return folder;
    }
}
