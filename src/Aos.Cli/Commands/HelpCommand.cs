using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Runtime;

namespace Aos.Cli.Commands;

/// <summary><c>aos help</c>.</summary>
internal sealed class HelpCommand : CliCommand
{
    private readonly Argument<string[]> _path = new("command")
    {
        Description = "The command",
        HelpName = "COMMAND",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public HelpCommand() : base("help", "Show help about a command")
    {
        Reach = CommandReach.Nothing;
        Add(_path);
    }

    public override Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var command = session.Tree.Command;
        foreach (var name in session.Value(_path) ?? [])
        {
            var known = command.Subcommands.Where(sub => !sub.Hidden).ToList();
            command = known.Find(sub => sub.Name == name) ?? throw Unknown(name, known);
        }
        HelpText.Write(command, session.Screen.Out, session.Screen.Width);
        return Task.FromResult(ExitCodes.Ok);
    }

    private static Refusal Unknown(string name, List<Command> known)
    {
        var like = Spelling.Nearest(name, known.Select(sub => sub.Name));
        return Refusal.Argument($"There is no command '{name}'."
            + (like.Count > 0 ? $" Did you mean '{like[0]}'?" : " `aos --help` lists them."));
    }
}
