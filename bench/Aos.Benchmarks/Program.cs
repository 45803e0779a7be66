using System.CommandLine;
using Aos.Benchmarks;
using Aos.Benchmarks.Micro;

var root = new RootCommand("Measures AOS on this machine. Figures of two machines are not compared.")
{
    Commands.Engine(),
    Commands.Recovery(),
    Commands.RecoveryBegin(),
    Commands.RecoveryValue(),
    Commands.Replay(),
    Commands.Simulate(),
    Commands.Queries(),
    Commands.Startup(),
    Commands.Server(),
    Commands.Waiting(),
    Commands.Growth(),
    MicroCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
