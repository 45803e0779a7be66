using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Aos.EndToEnd.Tests.Infrastructure;

/// <summary>How a process of the command line ended.</summary>
public sealed record CliResult(int ExitCode, string Out, string Error)
{
    /// <summary>Standard output as one JSON value.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>Standard output as one JSON value a line.</summary>
    public IReadOnlyList<JsonElement> JsonLines =>
        [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Fails with everything that is known where the exit code is another one.</summary>
    public CliResult Exits(int code)
    {
        Assert.True(code == ExitCode, $"exit code {ExitCode} instead of {code}\n--- out\n{Out}\n--- error\n{Error}");
        Assert.DoesNotContain("   at Aos.", Error, StringComparison.Ordinal);
        return this;
    }
}

/// <summary>A process of the command line, as it was built with these tests.</summary>
public sealed partial class Cli : IDisposable
{
    /// <summary>Far beyond what any of these processes needs; a test that waits longer is told what it
    /// awaited.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly string _arguments;
    private readonly Task<string> _out;
    private readonly Task<string> _error;
    private readonly Lock _gate = new();
    private readonly StringBuilder _said = new();
    private readonly List<(string Text, TaskCompletionSource Said)> _awaited = [];

    private Cli(ProcessStartInfo start, string? input)
    {
        _arguments = string.Join(' ', start.ArgumentList);
        _process = Process.Start(start)!;
        _out = _process.StandardOutput.ReadToEndAsync();
        _error = ListenAsync();
        if (input is not null) _process.StandardInput.Write(input);
        _process.StandardInput.Close();
    }

    // Not the copy beside these tests, which lacks what their own framework brings.
    public static string Binary { get; } =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Aos.Cli",
        new DirectoryInfo(AppContext.BaseDirectory).Name, OperatingSystem.IsWindows() ? "aos.exe" : "aos"));

    /// <summary>Starts a process.</summary>
    /// <param name="environment">Variables; null removes one.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="arguments">The arguments.</param>
    public static Cli Start(
        IReadOnlyDictionary<string, string?> environment, string? input, params string[] arguments) =>
        new(Prepare(Binary, environment, arguments), input);

    /// <summary>Starts a process from a shell, which may set limits first.</summary>
    public static Cli StartInShell(
        IReadOnlyDictionary<string, string?> environment, string before, params string[] arguments) =>
        new(Prepare("/bin/bash", environment, ["-c", $"{before}; exec \"$0\" \"$@\"", Binary, .. arguments]), null);

    /// <summary>Starts this very program as a crash host.</summary>
    public static Cli StartHost(params string[] arguments) =>
        new(Prepare(
            Environment.ProcessPath!, new Dictionary<string, string?>(), [Crashes.CrashHost.Argument, .. arguments]),
                null);

    /// <summary>What the system calls the process; a server that `aos serve` becomes keeps it.</summary>
    public int Id => _process.Id;

    public async Task<CliResult> EndAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"'aos {_arguments}' did not end.\n--- out\n{await _out}\n--- error\n{await _error}");
        }
        return new CliResult(_process.ExitCode, await _out, await _error);
    }

    /// <summary>Waits for something that the process causes; fails with what it said where it ends before.</summary>
    public async Task CausesAsync(Task awaited)
    {
        using var ended = new CancellationTokenSource();
        var end = _process.WaitForExitAsync(ended.Token);
        if (await Task.WhenAny(awaited, end) == end)
            Assert.Fail($"'aos {_arguments}' ended before it did what was awaited.\n--- out\n{await _out}\n--- error\n{await _error}");
        await ended.CancelAsync();
        await awaited;
    }

    /// <summary>Waits until standard error holds a text.</summary>
    public Task SaysAsync(string text)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _awaited.Add((text, said));
            Tell();
        }
        return CausesAsync(said.Task.WaitAsync(Patience));
    }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Said
    {
        get
        {
            lock (_gate) return _said.ToString();
        }
    }

    /// <summary>Ends the process at once, as a crash does.</summary>
    public void Crash() => _process.Kill();

    /// <summary>What Ctrl-C sends.</summary>
    public void Interrupt() => Assert.Equal(0, Kill(_process.Id, 2));

    /// <summary>What the system sends to end a process.</summary>
    public void Terminate() => Assert.Equal(0, Kill(_process.Id, 15));

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task<string> ListenAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
            lock (_gate)
            {
                _said.Append(line).Append('\n');
                Tell();
            }
        lock (_gate) return _said.ToString();
    }

    private void Tell()
    {
        var said = _said.ToString();
        foreach (var (text, source) in _awaited)
            if (said.Contains(text, StringComparison.Ordinal)) source.TrySetResult();
    }

    private static ProcessStartInfo Prepare(
        string file, IReadOnlyDictionary<string, string?> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return start;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
