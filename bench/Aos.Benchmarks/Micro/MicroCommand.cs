using System.CommandLine;
using BenchmarkDotNet.Running;

namespace Aos.Benchmarks.Micro;

/// <summary><c>bench/run micro</c>: BenchmarkDotNet, with allocations; what follows <c>--</c> is for it.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        var rest = new Argument<string[]>("arguments")
        {
            Description = "For BenchmarkDotNet, such as --filter '*Kernel*'.",
            Arity = ArgumentArity.ZeroOrMore
        };
        var command = new Command("micro", "Nanoseconds and bytes of the hot paths by themselves.") { rest };
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(rest) is { Length: > 0 } some ? some : ["--filter", "*"];
            var results = Path.Combine(AppContext.BaseDirectory, "results");
            BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run([.. given, "--artifacts", results]);
            return 0;
        });
        return command;
    }
}
