using System.CommandLine;
using System.Runtime.InteropServices;
using Aos.Cli.Invocation;
using Aos.Contracts.Failures;

namespace Aos.Cli.Commands;

/// <summary><c>aos serve</c>: becomes the server, which is a program of its own.</summary>
internal sealed partial class ServeCommand : CliCommand
{
    private const string Server = "aos-server";

    private readonly Argument<string[]> _settings = new("settings")
    {
        Description = "Settings of the server, such as --listen URL or --store URL; `aos serve -- --help` lists them",
        HelpName = "SETTING",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public ServeCommand() : base("serve", "Serve runs over HTTP, and go on with those whose process is gone")
    {
        Group = CommandGroup.SetUp;
        Details = "Listens on loopback (http://127.0.0.1:7400) and keeps runs in the store of the data folder unless told otherwise. "
            + "Settings stand in server.json or server.yaml in the data folder, in the environment, or after `--`. The first start "
            + "makes the key of an administrator and prints it, once.";
        Add(_settings);
        Examples =
        [
            ("aos serve", "serve the store of this user on loopback"),
            ("aos serve -- --listen http://127.0.0.1:8080 --rate-per-second 50", "with settings"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var program = Find() ?? throw Refusal.Of(ErrorCodes.StorageUnavailable,
            $"The program of the server ('{Server}') was not found beside '{Environment.ProcessPath}'. AOS_SERVER_PROGRAM names it.");
        string[] arguments =
        [
            .. session.HasData ? (string[])["--data", session.Data] : [], .. session.Screen.Json ? (string[])["--json"] : [],
            .. session.Value(_settings) ?? [],
        ];
        if (!OperatingSystem.IsWindows()) return Become(program, arguments);
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        return process.ExitCode;
    }

    // Beside this program once installed; beside its folder where both were built from source.
    private static string? Find()
    {
        var file = OperatingSystem.IsWindows() ? Server + ".exe" : Server;
        var here = AppContext.BaseDirectory;
        string?[] places =
        [
            Environment.GetEnvironmentVariable("AOS_SERVER_PROGRAM"), Path.Combine(here, "server", file), Path.Combine(here, file),
            Path.Combine(here, "..", "..", "Aos.Server", new DirectoryInfo(here).Name, file),
        ];
        return Array.Find(places, place => !string.IsNullOrEmpty(place) && File.Exists(place)) is { } found ? Path.GetFullPath(found) : null;
    }

    // The server takes the place of this process, so that signals, exit code and memory are its own.
    private static unsafe int Become(string program, string[] arguments)
    {
        var texts = new nint[arguments.Length + 2];
        texts[0] = Marshal.StringToCoTaskMemUTF8(program);
        for (var i = 0; i < arguments.Length; i++) texts[i + 1] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
        fixed (nint* argv = texts) Execute(program, argv);
        throw Refusal.Of(ErrorCodes.StorageUnavailable, $"'{program}' cannot be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string path, nint* argv);
}
