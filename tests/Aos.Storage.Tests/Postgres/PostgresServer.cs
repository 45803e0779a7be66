using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Aos.Storage.Tests.Postgres;

/// <summary>A real server for tests: made anew in a temporary folder, listening on loopback only, stopped at the end.
/// It also stops when the test process dies, because a shell beside it then reads the end of its input.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Superuser = "aos_tests";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("aos-postgres-").FullName;
    private readonly string _binaries = FindBinaries();
    private readonly string[] _settings;
    private Process? _guard;

    private PostgresServer(string[] settings) => _settings = settings;

    public int Port { get; } = FreePort();

    /// <summary>How to reach the server itself, behind the back of a store.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Database=postgres;Username={Superuser}";

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes a server and starts it.</summary>
    /// <param name="settings">More settings, such as <c>max_connections=5</c>.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var server = new PostgresServer(settings);
        // The server refuses to run as root: then it runs as the user whom Debian's package brings.
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", server._folder);
        string[] arguments =
        [
            "--pgdata", server.Data, "--username", Superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C",
            "--data-checksums", "--no-sync",
        ];
        await RunAsync([.. AsServerUser, Path.Combine(server._binaries, "initdb"), .. arguments]);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts the server where it was stopped.</summary>
    public async Task StartAgainAsync()
    {
        string[] settings =
        [
            $"port={Port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300",
            "logging_collector=off", "autovacuum_naptime=5s", .. _settings,
        ];
        var options = string.Concat(settings.Select(setting => $" -c '{setting}'"));
        // As soon as the input of the shell ends, the server is stopped; as soon as the server ends, so does the shell.
        // Every process of the server holds the shell's output open, which therefore ends with the last of them.
        var script = $"""
            '{_binaries}/postgres' -D '{Data}'{options} 4>&1 >> '{_folder}/log' 2>&1 < /dev/null &
            server=$!
            (read -r _; kill -INT $server 2> /dev/null) <&3 &
            guard=$!
            wait $server
            kill $guard 2> /dev/null
            """;
        _guard = Start([.. AsServerUser, "sh", "-c", $"exec 3<&0; {script}"]);
        await UntilItAnswersAsync();
    }

    /// <summary>Kills the server's first process, whereupon the others end, and waits until all are gone.</summary>
    public async Task KillAsync()
    {
        var pid = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First();
        using var server = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
        server.Kill();
        await EndAsync();
    }

    /// <summary>Runs statements on the server.</summary>
    public async Task<object?> ExecuteAsync(string sql, params object[] parameters)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Ends sessions and waits until they are gone.</summary>
    public async Task TerminateAsync(int serverProcess)
    {
        Assert.NotEqual(0, serverProcess);
        await ExecuteAsync("SELECT pg_terminate_backend($1, 30000)", serverProcess);
    }

    public async ValueTask DisposeAsync()
    {
        if (_guard is { HasExited: false }) _guard.StandardInput.Close();
        await EndAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string[] AsServerUser => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        : [];

    private static string FindBinaries()
    {
        var folders = new[] { "/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt" }
            .Where(Directory.Exists).SelectMany(Directory.GetDirectories).Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));
        return folders.Where(folder => File.Exists(Path.Combine(folder, "initdb"))).Order(StringComparer.Ordinal)
            .LastOrDefault()
            ?? throw new InvalidOperationException(
                "These tests need a PostgreSQL server, and initdb was not found. On Debian: apt-get install postgresql.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        return Process.Start(start) ?? throw new InvalidOperationException($"'{command[0]}' did not start.");
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"'{string.Join(' ', command)}' failed: {errors}{await output}");
    }

    private async Task UntilItAnswersAsync()
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await ExecuteAsync("SELECT 1");
                return;
            }
            catch (NpgsqlException starting) when (!_guard!.HasExited && deadline.Elapsed < Patience)
            {
                // Refused, or "the database system is starting up".
                Assert.NotNull(starting.Message);
                await Task.Yield();
            }
            catch (NpgsqlException failure)
            {
                throw new InvalidOperationException(
                    $"The server did not start: {await File.ReadAllTextAsync($"{_folder}/log")}", failure);
            }
        }
    }

    private async Task EndAsync()
    {
        if (_guard is null) return;
        await _guard.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await _guard.WaitForExitAsync().WaitAsync(Patience);
        _guard.Dispose();
        _guard = null;
    }
}
