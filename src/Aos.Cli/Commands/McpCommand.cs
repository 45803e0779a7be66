using System.CommandLine;
using Aos.Cli.Invocation;

namespace Aos.Cli.Commands;

/// <summary><c>aos mcp</c>: becomes a server of the Model Context Protocol, for a client that starts it.</summary>
internal sealed class McpCommand : CliCommand
{
    private readonly Option<string?> _profile = new("--profile")
    {
        Description = "Profile that acts, in YAML or JSON (default: the built-in one)",
        HelpName = "FILE"
    };

    private readonly Option<bool> _ask =
        new("--ask") { Description = "Let the client ask its person about calls that need approval" };

    private readonly Argument<string[]> _settings = new("settings")
    {
        Description = "Settings of the server, such as --store URL; `aos serve -- --help` lists them",
        HelpName = "SETTING",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public McpCommand() : base("mcp", "Answer an MCP client on standard input and output")
    {
        Reach = CommandReach.Nothing;
        Instead = "It serves a store of this machine on stdio. A server speaks the same protocol at /mcp.";
        Group = CommandGroup.SetUp;
        Details = "For clients that start their servers, such as editors and agents. It offers run, get_run, "
            + "simulate, execute, query, describe_skill, trace, and the skills that the profile allows as tools. "
            + "Calls that wait for approval are decided with `aos approve`; with --ask the client shows them to its "
            + "person, who decides as the owner of the store: use it only with a client that shows such forms to a "
            + "person and answers none itself. `aos serve` offers the same at /mcp over HTTP.";
        Add(_profile);
        Add(_ask);
        Add(_settings);
        Examples = [("aos mcp --profile agent.yaml", "the command that an MCP client is told to start")];
    }

    public override Task<int> RunAsync(Session session, CancellationToken cancel) => ServerProgram.BecomeAsync(
    [
        "mcp", .. session.HasData ? (string[])["--data", session.Data] : [],
        .. session.Value(_profile) is { } profile ? (string[])["--profile", Path.GetFullPath(profile)] : [],
        .. session.Value(_ask) ? (string[])["--ask"] : [],
        .. session.Value(_settings) ?? [],
    ], cancel);
}
