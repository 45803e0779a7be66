using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos skills</c>.</summary>
internal sealed class SkillsCommand : CliCommand
{
    public SkillsCommand() : base("skills", "List the skills, in every version; import tools of MCP servers as skills")
    {
        Group = CommandGroup.Check;
        SetAction(_ => 0); // For the parser, which otherwise asks for one of the commands below.
        Add(new SkillsImportCommand());
        Add(new SkillsImportsCommand());
        Add(new SkillsAcceptCommand());
        Add(new SkillsRemoveCommand());
        Examples =
        [
            ("aos skills", "list them"),
            ("aos skills import files --command 'npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /srv/data'",
                "tools of an MCP server as skills"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var contracts = Session.Require(await session.Target.SkillsAsync(cancel).ConfigureAwait(false)).Items;
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(contracts));
        else SkillView.ShowAll(session.Screen, contracts);
        return ExitCodes.Ok;
    }
}
