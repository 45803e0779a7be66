using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos skills imports</c>.</summary>
internal sealed class SkillsImportsCommand : CliCommand
{
    private readonly Argument<string?> _name = new("name")
    {
        Description = "One import, tool by tool (default: list all)",
        HelpName = "NAME",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _check =
        new("--check") { Description = "Ask the servers, and show what they say otherwise than it was accepted" };

    private readonly Option<string[]> _network = new("--network")
    {
        Description = "With --check: what else may be reached, as in a profile",
        HelpName = "ENTRY",
    };

    public SkillsImportsCommand()
        : base("imports", "List what was imported from MCP servers, and whether it still holds")
    {
        Reach = CommandReach.Machine;
        Instead = "Imports stand in the data folder of whoever makes the calls: run it where the store is.";
        Group = CommandGroup.Check;
        Details = "Exit code 4 where a skill is suspended, or, with --check, where a server says something else than "
            + "was accepted. Nothing is changed.";
        Add(_name);
        Add(_check);
        Add(_network);
        Examples = [("aos skills imports files --check", "does the server still say what it said?")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var imports = session.Value(_name) is { } name
            ? [Imports.Find(session, name).Import] : Imports.Guard(() => Imports.Of(session).ReadAll());
        var found = new List<ImportState>();
        foreach (var import in imports)
        {
            var offer = session.Value(_check)
                ? await Imports.AskAsync(session, import.Server, session.Value(_network) ?? [], cancel)
                    .ConfigureAwait(false)
                : null;
            found.Add(ImportState.Of(import, offer));
        }
        if (session.Screen.Json) session.Screen.WriteJson(ImportView.Json(found));
        else if (session.Value(_name) is not null) ImportView.Show(session, found[0]);
        else ImportView.ShowAll(session, found);
        return found.Exists(state => state.Tools.Any(tool => tool.Status != ToolStatus.Accepted))
            ? ExitCodes.Denied : ExitCodes.Ok;
    }
}
