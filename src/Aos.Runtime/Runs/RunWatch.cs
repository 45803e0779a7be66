namespace Aos.Runtime.Runs;

/// <summary>Lets callers wait until a run has settled: ended, or waiting for somebody. Thread-safe.</summary>
internal sealed class RunWatch
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _settled = New();

    public void Settle()
    {
        lock (_gate) _settled.TrySetResult();
    }

    /// <summary>The run goes on: who waits from now on waits for the next time. A failed run never goes on.</summary>
    public void Unsettle()
    {
        lock (_gate)
            if (_settled.Task.IsCompletedSuccessfully) _settled = New();
    }

    public void Fail(Exception error)
    {
        lock (_gate)
        {
            if (_settled.Task.IsCompleted) _settled = New();
            if (error is OperationCanceledException) _settled.TrySetCanceled();
            else _settled.TrySetException(error);
            _ = _settled.Task.Exception; // Observed here: nobody may be waiting.
        }
    }

    public Task WaitAsync(CancellationToken cancel)
    {
        lock (_gate) return _settled.Task.WaitAsync(cancel);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
