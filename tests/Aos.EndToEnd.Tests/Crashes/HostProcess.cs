using System.Diagnostics;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>Starts this program as a crash host.</summary>
internal static class HostProcess
{
    /// <summary>Runs a host to its end; fails with what it said where it does not end well.</summary>
    public static async Task RunAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var start =
            new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])[CrashHost.Argument, .. arguments]) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Infrastructure.Cli.Patience, TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"the host ended with {process.ExitCode}:\n{await said}");
    }
}
