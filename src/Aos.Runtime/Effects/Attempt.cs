using System.Diagnostics;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Kernel.Runs;
using Aos.Runtime.Runs;

namespace Aos.Runtime.Effects;

/// <summary>One attempt of a skill. Whatever the skill does, it ends, and once: a skill can hold it up neither by
/// blocking its thread, nor by ignoring its token, nor by throwing.</summary>
/// <remarks>Thread-safe. A skill that does not stop when it is told to is left to itself after
/// <see cref="Supervision.CleanupTime"/>. Its token is never disposed of, because such a skill may still use
/// it.</remarks>
#pragma warning disable CA1001 // The token outlives the attempt where the skill does.
internal sealed class Attempt(
    AttemptRunner runner, RunEffects effects, Effect.InvokeSkill invocation, ISkill skill, SkillCall call)
        : IThreadPoolWorkItem
#pragma warning restore CA1001
{
    private const int Running = 0;
    private const int Stopping = 1;
    private const int Ended = 2;

    private readonly CancellationTokenSource _told = new();
    private ITimer? _timer;
    private Task<SkillResult>? _late;
    private long _startedAt;
    private int _phase;
    private bool _timedOut;

    /// <summary>What the kernel asked for.</summary>
    public Effect.InvokeSkill Invocation { get; } = invocation;

    /// <summary>The skill.</summary>
    public ISkill Skill { get; } = skill;

    /// <summary>What the skill is called with.</summary>
    public SkillCall Call { get; } = call;

    /// <summary>What is told of it to whoever listens: beneath it stands what the skill tells. Null where nobody
    /// does.</summary>
    public Activity? Span { get; set; }

    /// <summary>The secret that the call may not use; null where there is none.</summary>
    public Problem? Denied { get; init; }

    /// <summary>Begins it. Ends at once where the input is not what the skill takes, or where the skill answers at
    /// once on the calling thread.</summary>
    public void Begin()
    {
        _startedAt = runner.Time.GetTimestamp();
        if (runner.Refuse(this) is { } refused)
        {
            End(refused);
            return;
        }
        if (Skill.IsInline)
        {
            Invoke();
            return;
        }
        Watch(Call.Timeout);
        runner.Work.Queue(this);
    }

    /// <summary>Tells the skill to stop; its attempt ends when it has, or when the time to do so is over.</summary>
    public void Stop() => Stop(timedOut: false);

    void IThreadPoolWorkItem.Execute() => Invoke();

    private void Invoke()
    {
        if (Span is null)
        {
            CallSkill();
            return;
        }
        var before = Activity.Current;
        Activity.Current = Span;
        try
        {
            CallSkill();
        }
        finally
        {
            Activity.Current = before;
        }
    }

    private void CallSkill()
    {
        try
        {
            var begun = Skill.InvokeAsync(Call, _told.Token);
            if (begun.IsCompletedSuccessfully)
            {
                End(runner.Judge(this, begun.Result));
                return;
            }
            if (Skill.IsInline) Watch(Call.Timeout);
            _late = begun.AsTask();
            if (_late.IsCompleted) OnReturned();
            else _late.GetAwaiter().UnsafeOnCompleted(OnReturned);
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    private void OnReturned()
    {
        if (_late!.IsCompletedSuccessfully) End(Judge(_late.Result));
        else Fail(_late.Exception?.InnerException ?? new OperationCanceledException());
    }

    // Why it was stopped is known here, and what became of the call there.
    private AttemptResult Judge(SkillResult? result) =>
        result is { Succeeded: false } && result.Code == ErrorCodes.Cancelled && Volatile.Read(ref _phase) == Stopping
            ? AttemptRunner.Stopped(this, Volatile.Read(ref _timedOut), result)
            : runner.Judge(this, result);

    private void Fail(Exception error)
    {
        var stopped = error is OperationCanceledException && Volatile.Read(ref _phase) != Running;
        End(stopped ? AttemptRunner.Stopped(this, Volatile.Read(ref _timedOut), cause: null)
            : AttemptRunner.Defect(Skill.Contract.Name, $"{error.GetType().Name}: {error.Message}"));
    }

    // An answer that comes in the time for stopping is late, but true: what it says is better than not knowing.
    private void End(AttemptResult result)
    {
        if (Interlocked.Exchange(ref _phase, Ended) == Ended) return;
        Volatile.Read(ref _timer)?.Dispose();
        result.LatencyMs = Math.Round(runner.Time.GetElapsedTime(_startedAt).TotalMilliseconds, 3);
        var clean = runner.Clean(result);
        effects.TellOf(this, clean);
        effects.OnEnded(this, clean);
    }

    private void Watch(TimeSpan wait)
    {
        var timer = runner.Time.CreateTimer(static me => ((Attempt)me!).OnTime(), this, wait, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _timer, timer);
        if (Volatile.Read(ref _phase) == Ended) timer.Dispose(); // It came back in the meantime.
    }

    private void OnTime()
    {
        if (Volatile.Read(ref _phase) == Running) Stop(timedOut: true);
        else
            End(AttemptRunner.Stopped(
                this, Volatile.Read(ref _timedOut), "The skill did not stop when it was told to."));
    }

    private void Stop(bool timedOut)
    {
        if (timedOut) Volatile.Write(ref _timedOut, true);
        if (Interlocked.CompareExchange(ref _phase, Stopping, Running) != Running) return;
        Volatile.Read(ref _timer)?.Dispose();
        Watch(Supervision.CleanupTime);
        // What the skill hangs on its token runs on the pool, and what that throws reaches nobody else.
        Supervision.Observe(runner.Work.CancelAsync(_told));
    }
}
