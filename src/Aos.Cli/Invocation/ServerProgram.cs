using System.Runtime.InteropServices;
using Aos.Contracts.Failures;

namespace Aos.Cli.Invocation;

/// <summary>The server, which is a program of its own: nothing of it is loaded by any other command.</summary>
internal static partial class ServerProgram
{
    private const string Server = "aos-server";

    /// <summary>Takes the place of this process by the server; where the platform cannot, waits for it.</summary>
    /// <exception cref="Refusal">The program is not there, or cannot be started.</exception>
    public static async Task<int> BecomeAsync(string[] arguments, CancellationToken cancel)
    {
        var program = Find() ?? throw Refusal.Of(ErrorCodes.StorageUnavailable,
            $"The program of the server ('{Server}') was not found beside '{Environment.ProcessPath}'. "
                + "AOS_SERVER_PROGRAM names it.");
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
            Environment.GetEnvironmentVariable("AOS_SERVER_PROGRAM"), Path.Combine(here, "server", file),
            Path.Combine(here, file),
            Path.Combine(here, "..", "..", "Aos.Server", new DirectoryInfo(here).Name, file),
        ];
        return Array.Find(places, place => !string.IsNullOrEmpty(place) && File.Exists(place)) is { } found
            ? Path.GetFullPath(found) : null;
    }

    // The server takes the place of this process, so that signals, exit code and memory are its own.
    private static unsafe int Become(string program, string[] arguments)
    {
        var texts = new nint[arguments.Length + 2];
        texts[0] = Marshal.StringToCoTaskMemUTF8(program);
        for (var i = 0; i < arguments.Length; i++) texts[i + 1] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
        fixed (nint* argv = texts) Execute(program, argv);
        throw Refusal.Of(
            ErrorCodes.StorageUnavailable, $"'{program}' cannot be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string path, nint* argv);
}
