using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Aos.EndToEnd.Tests.Mcp;

/// <summary>MCP servers of the npm registry, a client and the conformance suite, in the versions of the lock file.
/// <c>./test</c> installs them; where they are missing, the first test does.</summary>
internal static class PublicServers
{
    private static readonly Lazy<string> Installed = new(Install);

    public static string Everything =>
        Path.Combine(Installed.Value, "node_modules", "@modelcontextprotocol", "server-everything", "dist", "index.js");

    public static string Files =>
        Path.Combine(Installed.Value, "node_modules", "@modelcontextprotocol", "server-filesystem", "dist", "index.js");

    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file beside the packages.</summary>
    public static string Script(string name) => Path.Combine(Installed.Value, name);

    /// <summary>Runs a script of the tests to its end; gives its exit code and what it wrote.</summary>
    public static async Task<(int Code, string Said)> RunAsync(
        string script, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [Script(script), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Infrastructure.Cli.Patience);
        var (output, error) =
            (process.StandardOutput.ReadToEndAsync(CancellationToken.None),
                process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{script} did not end.\n{await output}\n{await error}");
        }
        return (process.ExitCode, $"{await output}\n{await error}");
    }

    /// <summary>Starts a server that speaks Streamable HTTP, and waits until it listens.</summary>
    public static async Task<(Process Process, int Port)> StartHttpAsync()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var start = new ProcessStartInfo("node", [Everything, "streamableHttp"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true
        };
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

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Aos.slnx")))
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("The repository was not found.");
        return folder;
    }

    private static string Install()
    {
        var folder = Path.Combine(Root, "tests", "Aos.EndToEnd.Tests", "Mcp", "servers");
        var (asked, held) =
            (Path.Combine(folder, "package-lock.json"), Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (File.Exists(held) && File.GetLastWriteTimeUtc(held) >= File.GetLastWriteTimeUtc(asked)) return folder;
        using var npm =
            Process.Start(new ProcessStartInfo("npm", ["ci", "--no-progress"]) { WorkingDirectory = folder })!;
        npm.WaitForExit();
        Assert.True(
            npm.ExitCode == 0,
            "The MCP servers of the tests could not be installed: run ./test, which installs Node.js and them.");
        return folder;
    }
}
