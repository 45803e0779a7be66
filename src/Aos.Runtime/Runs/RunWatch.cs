namespace Aos.Runtime.Runs;

/// <summary>Lets callers wait until a run has settled: ended, or waiting for somebody, with nothing on the way to it.
/// Thread-safe.</summary>
internal sealed class RunWatch
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _settled = New();
    private int _coming;
    private bool _over;
    private int _followers;

    /// <summary>Something is on the way to the run: who waits from now on waits until the run has taken it.</summary>
    public void Expect()
    {
        lock (_gate)
        {
            _coming++;
            if (!_over && _settled.Task.IsCompleted) _settled = New();
        }
    }

    /// <summary>The run has taken what was on the way.</summary>
    public void Took()
    {
        lock (_gate) _coming--;
    }

    /// <summary>The run waits for somebody.</summary>
    public void Settle()
    {
        lock (_gate)
            if (_coming == 0) _settled.TrySetResult();
    }

    /// <summary>The run ended.</summary>
    public void End()
    {
        lock (_gate)
        {
            _over = true;
            _settled.TrySetResult();
        }
    }

    /// <summary>Nobody works on the run here any more.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            _over = true;
            if (_settled.Task.IsCompleted) _settled = New();
            _settled.TrySetException(error);
            _ = _settled.Task.Exception; // Observed here: nobody may be waiting.
        }
    }

    /// <summary>Whether somebody waits.</summary>
    public bool IsFollowed => Volatile.Read(ref _followers) > 0;

    public async Task WaitAsync(CancellationToken cancel)
    {
        Task settled;
        lock (_gate)
        {
            settled = _settled.Task;
            _followers++;
        }
        try
        {
            await settled.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate) _followers--;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
