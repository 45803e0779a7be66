using System.CommandLine;
using Aos.Benchmarks.Engine;

var root = new RootCommand("Measures AOS on this machine. Figures of two machines are not compared.")
{
    EngineCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
