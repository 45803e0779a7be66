using System.CommandLine;
using Aos.Cli.Invocation;

namespace Aos.Cli.Commands;

/// <summary><c>aos serve</c>: becomes the server, which is a program of its own.</summary>
internal sealed class ServeCommand : CliCommand
{
    private readonly Argument<string[]> _settings = new("settings")
    {
        Description = "Settings of the server, such as --listen URL or --store URL; `aos serve -- --help` lists them",
        HelpName = "SETTING",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public ServeCommand() : base("serve", "Serve runs over HTTP, and go on with those whose process is gone")
    {
        Reach = CommandReach.Nothing;
        Instead = "It starts a server: leave --server out. Its settings stand behind the dashes, as in `aos serve -- "
            + "--listen URL`.";
        Group = CommandGroup.SetUp;
        Details = "Listens on loopback (http://127.0.0.1:7400) and keeps runs in the store of the data folder unless "
            + "told otherwise. Settings stand in server.json or server.yaml in the data folder, in the environment, "
            + "or after `--`. The first start makes the key of an administrator and prints it, once.";
        Add(_settings);
        Examples =
        [
            ("aos serve", "serve the store of this user on loopback"),
            ("aos serve -- --listen http://127.0.0.1:8080 --rate-per-second 50", "with settings"),
        ];
    }

    public override Task<int> RunAsync(Session session, CancellationToken cancel) => ServerProgram.BecomeAsync(
    [
        .. session.HasData ? (string[])["--data", session.Data] : [],
        .. session.Screen.Json ? (string[])["--json"] : [],
        .. session.Value(_settings) ?? [],
    ], cancel);
}
