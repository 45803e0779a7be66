using System.Reflection;
using System.Runtime.InteropServices;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos version</c>.</summary>
internal sealed class VersionCommand : CliCommand
{
    public VersionCommand() : base("version", "Show the version") => Reach = CommandReach.Nothing;

    /// <summary>The version of this program, without build data.</summary>
    public static string Number { get; } = typeof(VersionCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public override Task<int> RunAsync(Session session, CancellationToken cancel) =>
        Task.FromResult(Show(session.Screen));

    public static int Show(Screen screen)
    {
        if (screen.Json) screen.WriteJson(ListText.Version(Number, RuntimeInformation.FrameworkDescription,
            RuntimeInformation.RuntimeIdentifier));
        else screen.Out.WriteLine($"aos {Number}");
        return ExitCodes.Ok;
    }
}
