namespace Aos.Simulation.Tests.Pump;

/// <summary>A process of the simulated world: everything that it awaits goes on through the pump, in its name. So it
/// can be held up, as a machine that swaps, and killed, as by SIGKILL: what it had begun simply never goes
/// on.</summary>
internal sealed class ProcessContext(WorkPump pump, string name) : SynchronizationContext
{
    public string Name { get; } = name;

    public bool IsAlive { get; private set; } = true;

    public bool IsHeld { get; private set; }

    /// <summary>Runs work in this process, from its first line on.</summary>
    public void Do(Action work) => Post(static state => ((Action)state!)(), work);

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsAlive) pump.Enqueue(this, d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    public void Kill() => IsAlive = false;

    public void Hold() => IsHeld = true;

    public void Release()
    {
        IsHeld = false;
        pump.Release(this);
    }
}
