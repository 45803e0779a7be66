using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Failures;
using Aos.Contracts.Skills;
using Aos.Skills.Standard.Mcp;

namespace Aos.Cli.Commands;

/// <summary><c>aos skills import</c>.</summary>
internal sealed class SkillsImportCommand : CliCommand
{
    private static readonly string[] Classes = ["once", "idempotent", "read"];

    private readonly Argument<string> _name =
        new("name") { Description = "The name of the import; its skills are NAME.tool", HelpName = "NAME" };
    private readonly ServerOptions _server = new();

    private readonly Option<string[]> _tools = new("--tool")
    {
        Description = "A tool to import; may be given several times (default: all)",
        HelpName = "TOOL",
    };

    private readonly Option<string[]> _effects = new("--effect")
    {
        Description =
            "What a call does to the world: once, idempotent or read; TOOL=CLASS for one tool (default: once)",
        HelpName = "CLASS",
    };

    private readonly Option<string?> _timeout =
        new("--timeout-ms") { Description = "Milliseconds for one attempt (default: 60000)", HelpName = "N" };

    private readonly Option<string[]> _network = new("--network")
    {
        Description = "What else may be reached while importing, as in a profile: for a host with private addresses",
        HelpName = "ENTRY",
    };

    private readonly Option<bool> _replace =
        new("--replace") { Description = "Import anew what is there under this name" };

    public SkillsImportCommand() : base("import", "Import tools of an MCP server as skills")
    {
        Reach = CommandReach.Machine;
        Instead = "Imports stand in the data folder of whoever makes the calls: run it where the store is.";
        Group = CommandGroup.Check;
        Details = "The server is asked for its tools, and what it says of each is kept with a hash. Where it says "
            + "something else later, the skill is suspended until `aos skills accept`. What the server says of a "
            + "tool's effect is shown and never relied on: unless you know better, a call counts as one that cannot "
            + "be repeated.";
        Add(_name);
        _server.AddTo(this);
        foreach (Option option in (Option[])[_tools, _effects, _timeout, _network, _replace]) Add(option);
        Examples =
        [
            ("aos skills import files --command 'npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /srv/data' "
                + "--effect read_text_file=read",
                "a server that is started"),
            ("aos skills import tickets --url https://mcp.example.com/mcp --header 'Authorization=Bearer "
                + "{\"$secret\":\"TICKETS\"}'", "a server that runs"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var name = session.Value(_name)!;
        if (!McpImports.IsName(name))
            throw Refusal.Argument($"'{name}' is no name of an import: {McpImports.NameRule}.");
        var server = _server.Read(session);
        var (common, own) = Effects(session);
        var timeout = Numbers.Positive(session.Value(_timeout), "--timeout-ms", 86_400_000) ?? 60_000;
        var imports = Imports.Of(session);
        var before = Imports.Guard(() => imports.Find(name));
        if (before is not null && !session.Value(_replace))
            throw Refusal.Argument(
                $"There is an import '{name}' already. Replace it with --replace, or take another name.");

        var offer =
            await Imports.AskAsync(session, server, session.Value(_network) ?? [], cancel).ConfigureAwait(false);
        var wanted = Wanted(offer, session.Value(_tools) ?? [], own.Keys);
        var contracts = new ImportedContracts(
            server, name, await ImportedContracts.PublishedAsync(session, cancel).ConfigureAwait(false));
        var pins = new List<McpPin>();
        var refused = new List<(string Tool, string Why)>();
        foreach (var tool in wanted)
        {
            var old = before?.Tools.FirstOrDefault(pin => pin.Tool == tool.Name)?.ReadContract();
            var (pin, mistake) = contracts.Pin(tool, own.GetValueOrDefault(tool.Name, common), timeout, old);
            if (pin is not null && pins.Exists(other => other.ReadContract().Name == pin.ReadContract().Name))
                (pin, mistake) = (null, "another tool of the server becomes a skill of the same name");
            if (pin is not null) pins.Add(pin);
            else refused.Add((tool.Name, mistake!));
        }
        if (pins.Count == 0)
            throw Refusal.Of(ErrorCodes.InvalidImport, refused.Count == 0 ? $"'{server.Describe()}' offers no tools."
                : $"No tool of '{server.Describe()}' can be a skill: {refused[0].Tool}: {refused[0].Why}.");
        var import = new McpImport
        {
            Name = name,
            Server = server,
            ServerName = offer.ServerName,
            ServerVersion = offer.ServerVersion,
            ImportedAt = session.Time.GetUtcNow(),
            Tools = [.. pins.OrderBy(pin => pin.Tool, StringComparer.Ordinal)],
        };
        await Imports.GuardAsync(() => imports.ChangeAsync(name, _ => import, session.Time, cancel))
            .ConfigureAwait(false);
        ImportView.ShowImported(session, import, refused);
        return ExitCodes.Ok;
    }

    private (EffectClass Common, Dictionary<string, EffectClass> Own) Effects(Session session)
    {
        EffectClass? common = null;
        var own = new Dictionary<string, EffectClass>(StringComparer.Ordinal);
        foreach (var text in session.Value(_effects) ?? [])
        {
            var at = text.LastIndexOf('=');
            var effect = Array.IndexOf(Classes, text[(at + 1)..]) switch
            {
                0 => EffectClass.Once,
                1 => EffectClass.Idempotent,
                2 => EffectClass.Read,
                _ => throw Refusal.Argument(
                    $"--effect '{text}' is none of {string.Join(", ", Classes)}, or TOOL= and one of them."),
            };
            if (at < 0 && common is not null) throw Refusal.Argument("--effect is given twice for all tools.");
            if (at < 0) common = effect;
            else own[text[..at]] = effect;
        }
        return (common ?? EffectClass.Once, own);
    }

    private static List<ToolDefinition> Wanted(McpOffer offer, string[] names, IEnumerable<string> mentioned)
    {
        foreach (var name in names.Concat(mentioned))
            if (!offer.Tools.Any(tool => tool.Name == name))
                throw Refusal.Argument($"The server offers no tool '{name}'; it "
                    + $"offers {string.Join(", ", offer.Tools.Select(tool => tool.Name))}.");
        return [
            .. offer.Tools.Where(tool => names.Length == 0 || names.Contains(tool.Name, StringComparer.Ordinal))
                .DistinctBy(tool => tool.Name)];
    }
}
