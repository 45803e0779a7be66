using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos skills remove</c>.</summary>
internal sealed class SkillsRemoveCommand : CliCommand
{
    private readonly Argument<string> _name =
        new("name") { Description = "An import, or one of its skills", HelpName = "NAME" };

    public SkillsRemoveCommand() : base("remove", "Remove an import, or one skill of it")
    {
        Reach = CommandReach.Machine;
        Instead = "Imports stand in the data folder of whoever makes the calls: run it where the store is.";
        Group = CommandGroup.Check;
        Details =
            "Runs that call a removed skill wait until it is imported again. A broken import is removed by its name.";
        Add(_name);
        Examples = [("aos skills remove files", "all of its skills")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var name = session.Value(_name)!;
        var imports = Imports.Of(session);
        var removed = Imports.Guard(() => imports.Remove(name))
            ? [name] : await RemoveSkillAsync(session, name, cancel).ConfigureAwait(false);
        if (session.Screen.Json)
            session.Screen.WriteJson(ListText.Object(writer =>
            {
                writer.WriteStartArray("removed");
                foreach (var one in removed) writer.WriteStringValue(one);
                writer.WriteEndArray();
            }));
        else session.Screen.Out.WriteLine($"removed {string.Join(", ", removed)}");
        return ExitCodes.Ok;
    }

    private static async ValueTask<string[]> RemoveSkillAsync(Session session, string name, CancellationToken cancel)
    {
        var (import, pin) = Imports.Find(session, name);
        await Imports.GuardAsync(() => Imports.Of(session).ChangeAsync(import.Name, known =>
        {
            var left = known?.Tools.Where(tool => tool.Tool != pin!.Tool).ToList() ?? [];
            return left.Count == 0 ? null : known! with { Tools = left };
        }, session.Time, cancel)).ConfigureAwait(false);
        return [name];
    }
}
