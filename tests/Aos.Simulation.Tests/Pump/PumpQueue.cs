using Aos.Runtime.Runs;

namespace Aos.Simulation.Tests.Pump;

/// <summary>Executes the runtime's work on the pump, in the name of its process.</summary>
internal sealed class PumpQueue(ProcessContext process) : IWorkQueue
{
    public void Queue(IThreadPoolWorkItem item) =>
        process.Post(static state => ((IThreadPoolWorkItem)state!).Execute(), item);
}
