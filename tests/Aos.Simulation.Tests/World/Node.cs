using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Simulation.Tests.Pump;
using Aos.Testing.Storage;
using Microsoft.Extensions.Logging;

namespace Aos.Simulation.Tests.World;

/// <summary>A machine that runs one process after another, each a real runtime over the shared store.</summary>
#pragma warning disable CA1001 // A process that dies disposes nothing, and the store in memory has nothing to free.
internal sealed class Node(Simulation simulation, string machine)
#pragma warning restore CA1001
{
    private ProcessContext _process = null!;
    private MemoryStore _memory = null!;
    private int _incarnation;
    private bool _failing;
    private bool _isExpired;

    public string Name { get; private set; } = "";

    public VirtualTime Time { get; private set; } = null!;

    public AosRuntime? Runtime { get; private set; }

    /// <summary>Whether a process runs, held up or not.</summary>
    public bool IsAlive => Runtime is not null && _process.IsAlive;

    public bool IsHeld => IsAlive && _process.IsHeld;


    /// <summary>Starts a process, which goes on with the runs that nobody works on.</summary>
    public void Start()
    {
        if (IsAlive) return;
        Name = $"{machine}{++_incarnation}";
        var skew = Time?.Skew ?? TimeSpan.Zero;
        _failing = _isExpired = false;
        _process = new ProcessContext(simulation.Pump, Name);
        Time = new VirtualTime(simulation.Pump, _process) { Skew = skew };
        _memory = new MemoryStore(simulation.State);
        var below = simulation.Plant?.Below(_memory, simulation.State) ?? _memory;
        var faulty = new FaultyStore(below, this, simulation);
        var store = simulation.Plant?.Above(faulty, Time) ?? faulty;
        simulation.History.Note($"{Name}: starts as {_memory.Owner}");
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_process);
        Runtime = new AosRuntime(new AosRuntimeParts
        {
            Store = store,
            Skills = simulation.Skills,
            Planners = [new SimulatedPlanner(simulation.Seed, simulation.Scenario, simulation.Faults, Time)],
            Catalog = SmallCatalog.Instance,
            Time = Time,
            Tenant = simulation.Tenant,
            Work = new PumpQueue(_process),
            Rules = simulation.Plant is { } plant ? plant.Advance : Aos.Kernel.Runs.RunKernel.Advance,
            Logger = new DefectLog(simulation),
        });
        SynchronizationContext.SetSynchronizationContext(previous);
        Resume();
    }

    /// <summary>Asks the process something. Nothing comes of it where the process dies meanwhile.</summary>
    public void Do(Func<AosRuntime, Task> ask)
    {
        if (Runtime is { } runtime) _process.Do(() => Observe(ask(runtime)));
    }

    public void Resume() => Do(async runtime =>
    {
        foreach (var answer in await runtime.ResumeAsync(null, CancellationToken.None))
            simulation.Answered(Name, answer);
    });

    /// <summary>Releases a run that was quarantined, as its operator would.</summary>
    public void Release(RunId run) =>
        Do(async runtime => simulation.Answered(Name, await runtime.ReleaseAsync(run, CancellationToken.None)));

    /// <summary>Kills the process.</summary>
    public void Kill()
    {
        if (!IsAlive) return;
        simulation.History.Note($"{Name}: dies");
        _process.Kill();
        _memory.Crash();
        simulation.StartLater(this);
    }

    /// <summary>Holds the process up for so long that it loses its hold on its runs, and lets it go on.</summary>
    public void Pause(TimeSpan time)
    {
        if (!IsAlive || IsHeld) return;
        simulation.History.Note($"{Name}: is held up for {time.TotalMilliseconds} ms");
        _process.Hold();
        _memory.Expire();
        _isExpired = true;
        var held = _process;
        simulation.Time.After(time, () =>
        {
            simulation.History.Note($"{Name}: goes on");
            held.Release();
        });
    }

    /// <summary>A commit failed, as the process was told: it is closed, as its operator would, and started
    /// again.</summary>
    public void StoreFailed()
    {
        if (_failing) return;
        _failing = true;
        var process = _process;
        simulation.Time.After(TimeSpan.FromMilliseconds(300), () =>
        {
            if (process == _process) Close();
        });
    }

    /// <summary>The wall clock of the machine is set.</summary>
    public void Jump(TimeSpan by)
    {
        simulation.History.Note($"{Name}: its clock jumps by {by.TotalMilliseconds} ms");
        if (Time is not null) Time.Skew += by;
    }

    /// <summary>Ends what is left of the faults: a process that is or was held up past its hold begins anew.</summary>
    public void Recover()
    {
        if (_isExpired) Kill();
    }

    private void Close()
    {
        var process = _process;
        var memory = _memory;
        Do(async runtime =>
        {
            await runtime.DisposeAsync();
            simulation.History.Note($"{Name}: is closed");
            if (process.IsAlive) Kill();
        });
        // One that does not close is killed.
        simulation.Time.After(TimeSpan.FromSeconds(40), () =>
        {
            if (process == _process && memory == _memory && process.IsAlive)
            {
                simulation.Witness.Violated($"{Name} did not close within 40 s.");
                Kill();
            }
        });
    }

    private void Observe(Task asked)
    {
        if (asked.IsCompletedSuccessfully) return;
        _ = asked.ContinueWith(
            done => simulation.Witness.Violated($"{Name}: a call threw: {done.Exception!.InnerException}"),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    // What the runtime itself calls an error is one: a run stopped for another reason than its store.
    private sealed class DefectLog(Simulation simulation) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            // Quarantine is no defect: its operator hears of it, and releases the run.
            if (IsEnabled(logLevel) && exception is not null)
                simulation.Witness.Violated($"{formatter(state, exception)}: {exception}");
        }
    }
}
