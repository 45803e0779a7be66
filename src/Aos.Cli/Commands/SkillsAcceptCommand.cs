using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Failures;
using Aos.Skills.Standard.Mcp;

namespace Aos.Cli.Commands;

/// <summary><c>aos skills accept</c>.</summary>
internal sealed class SkillsAcceptCommand : CliCommand
{
    private readonly Argument<string> _name =
        new("name") { Description = "An import, or one of its skills", HelpName = "NAME" };

    private readonly Option<string[]> _network =
        new("--network") { Description = "What else may be reached, as in a profile", HelpName = "ENTRY" };

    public SkillsAcceptCommand() : base("accept", "Accept what an MCP server now says of its tools")
    {
        Reach = CommandReach.Machine;
        Instead = "Imports stand in the data folder of whoever makes the calls: run it where the store is.";
        Group = CommandGroup.Check;
        Details = "The skill gets a new version: a major one where its schemas changed, so that plans which name the "
            + "old one are looked at again. Its effect class stays what it was.";
        Add(_name);
        Add(_network);
        Examples = [("aos skills accept files.write_file", "go on with the new description")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var (import, only) = Imports.Find(session, session.Value(_name)!);
        var offer =
            await Imports.AskAsync(session, import.Server, session.Value(_network) ?? [], cancel).ConfigureAwait(false);
        var contracts = new ImportedContracts(
            import.Server, import.Name, await ImportedContracts.PublishedAsync(session, cancel).ConfigureAwait(false));
        var accepted = new List<(McpPin Before, McpPin After)>();
        foreach (var pin in only is null ? import.Tools : [only])
        {
            if (offer.Tools.FirstOrDefault(tool => tool.Name == pin.Tool) is not { } tool)
            {
                if (only is not null)
                    throw Refusal.Of(
                        ErrorCodes.SkillSuspended,
                        $"The server no longer offers the tool '{pin.Tool}'; "
                            + $"`{session.Suggest($"skills remove {session.Value(_name)}")}` removes the skill.");
                session.Screen.Error.WriteLine($"warning: the server no longer offers the tool "
                    + $"'{Plain.Of(pin.Tool)}'; `{session.Suggest($"skills remove {pin.ReadContract().Name}")}` "
                    + "removes the skill");
                continue;
            }
            if (tool.Hash == pin.Hash && pin.Suspended is null) continue;
            var before = pin.ReadContract();
            var (after, mistake) = contracts.Pin(tool, Imports.EffectOf(before), before.TimeoutMs ?? 60_000, before);
            if (after is null)
                throw Refusal.Of(
                    ErrorCodes.InvalidImport, $"The tool '{pin.Tool}' can no longer be a skill: {mistake}.");
            accepted.Add((pin, after));
        }
        await Imports.GuardAsync(
            () => Imports.Of(session).ChangeAsync(import.Name, known => known is null ? null : known with
            {
                ServerName = offer.ServerName,
                ServerVersion = offer.ServerVersion,
                Tools = [.. known.Tools.Select(pin => accepted.Find(one => one.Before.Tool == pin.Tool).After ?? pin)],
            }, session.Time, cancel)).ConfigureAwait(false);
        ImportView.ShowAccepted(session, import, accepted);
        return ExitCodes.Ok;
    }
}
