using Aos.Cli;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

using var interruption = new Interruption();
return await CommandLine.RunAsync(args, Screen.OfProcess(args), interruption.Token).ConfigureAwait(false);
