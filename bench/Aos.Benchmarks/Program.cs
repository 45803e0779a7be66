using System.CommandLine;
using Aos.Benchmarks.Engine;
using Aos.Benchmarks.Micro;

var root = new RootCommand("Measures AOS on this machine. Figures of two machines are not compared.")
{
    EngineCommand.Create(),
    KernelCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
