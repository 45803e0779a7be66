using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Aos.Skills.Standard.Mcp;

/// <summary>A server that runs as a child of this process. It gets a small environment, no shell and no terminal, and
/// ends with what it started itself.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int TailCharactersMax = 4_096;

    private readonly Process _process;
    private readonly McpLimits _limits;
    private readonly TimeProvider _time;
    private readonly Task _listening;
    private readonly Lock _gate = new();
    private readonly StringBuilder _tail = new();

    private ServerProcess(Process process, McpLimits limits, TimeProvider time)
    {
        (_process, _limits, _time) = (process, limits, time);
        Output = new MessageStream(process.StandardOutput.BaseStream, limits.MessageBytesMax);
        _listening = ListenAsync(process.StandardError);
    }

    /// <summary>What is written to the server.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What it writes.</summary>
    public MessageStream Output { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>How it ended, and the last of what it wrote to standard error; in one line. A server that closed its
    /// output is about to end: it is given a moment to.</summary>
    public async ValueTask<string> FateAsync()
    {
        using (var patience = new CancellationTokenSource(_limits.FatePatience, _time))
            try
            {
                await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
                await _listening.WaitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // It goes on; what it said so far is what there is.
            }
        string tail;
        lock (_gate)
            tail = string.Join(
                " | ", _tail.ToString()
                    .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        var end = _process.HasExited ? $"It ended with exit code {_process.ExitCode}." : "It still runs.";
        return tail.Length == 0 ? end : $"{end} Its last words: {tail}";
    }

    /// <summary>Starts a server.</summary>
    /// <exception cref="McpUnavailableException">It cannot be started.</exception>
    public static ServerProcess Start(
        McpServerSpec server, IReadOnlyDictionary<string, string> environment, McpLimits limits, TimeProvider time)
    {
        var start = new ProcessStartInfo(server.Command!, server.Arguments ?? [])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = server.Directory ?? "",
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment) start.Environment[name] = value;
        try
        {
            var process = new Process { StartInfo = start };
            process.Start();
            return new ServerProcess(process, limits, time);
        }
        catch (Exception failure)
            when (failure is Win32Exception or IOException or InvalidOperationException
                or PlatformNotSupportedException)
        {
            throw new McpUnavailableException($"'{server.Command}' could not be started.", failure.Message);
        }
    }

    /// <summary>Ends it: first by closing its input, which servers take as a wish to end; then, and whatever it
    /// started, by force.</summary>
    public async ValueTask DisposeAsync()
    {
        using var tree = _process.HasExited ? null : ProcessTree.Of(_process.Id);
        await CloseInputAsync().ConfigureAwait(false);
        using (var patience = new CancellationTokenSource(_limits.ExitPatience, _time))
            try
            {
                await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Kill();
            }
        tree?.Kill();
        Output.Dispose();
        // A descendant that got away may hold the pipe open for ever.
        await Task.WhenAny(_listening, Task.Delay(_limits.ExitPatience, _time)).ConfigureAwait(false);
        _process.Dispose();
    }

    private async ValueTask CloseInputAsync()
    {
        try
        {
            await Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It no longer reads: its input is closed already.
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended in the meantime.
        }
    }

    // What nobody reads fills the pipe, and a server that logs much would stop there.
    private async Task ListenAsync(StreamReader errors)
    {
        var buffer = new char[1_024];
        try
        {
            while (await errors.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var read)
                lock (_gate)
                {
                    _tail.Append(buffer, 0, read);
                    if (_tail.Length > TailCharactersMax) _tail.Remove(0, _tail.Length - TailCharactersMax);
                }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // The process is gone.
        }
    }
}
