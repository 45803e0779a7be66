using System.CommandLine;
using Aos.Cli.Commands;

namespace Aos.Cli;

/// <summary>The commands, and the options that all of them take.</summary>
/// <param name="Command">The root.</param>
/// <param name="Json"><c>--json</c>.</param>
/// <param name="Data"><c>--data</c>.</param>
/// <param name="Server"><c>--server</c>.</param>
/// <param name="KeyFile"><c>--key-file</c>.</param>
/// <param name="Help"><c>--help</c>.</param>
/// <param name="Version"><c>--version</c>.</param>
internal sealed record CommandTree(
    Command Command, Option<bool> Json, Option<string?> Data, Option<string?> Server, Option<string?> KeyFile,
    Option<bool> Help, Option<bool> Version)
{
    public static CommandTree Build()
    {
        var json = new Option<bool>("--json")
        {
            Description = "Print data as JSON on standard output",
            Recursive = true,
        };
        var data = new Option<string?>("--data")
        {
            Description = "Folder of the store (default: AOS_HOME, or the platform's data folder)",
            HelpName = "DIR",
            Recursive = true,
        };
        var server = new Option<string?>("--server")
        {
            Description =
                "Work on a server in place of a store of this machine (default: AOS_SERVER); its key is in AOS_API_KEY",
            HelpName = "URL",
            Recursive = true,
        };
        var keyFile = new Option<string?>("--key-file")
        {
            Description =
                "File of the key for the server (default: AOS_API_KEY, or the file that AOS_API_KEY_FILE names)",
            HelpName = "FILE",
            Recursive = true,
        };
        var help = new Option<bool>("--help", "-h") { Description = "Show help", Recursive = true };
        var version = new Option<bool>("--version") { Description = "Show the version" };
        var root = new Command("aos", "A machine-native runtime for AI agents.")
        {
            json, data, server, keyFile, help, version
        };
        foreach (var command in Commands()) root.Add(command);
        return new CommandTree(root, json, data, server, keyFile, help, version);
    }

    private static IEnumerable<Command> Commands() =>
    [
        new RunCommand(), new SimulateCommand(), new ValidateCommand(), new ExecCommand(), new ResumeCommand(),
        new CancelCommand(), new ReleaseCommand(), new ForkCommand(),
        new RunsCommand(), new TraceCommand(), new QueryCommand(), new BudgetCommand(), StatsCommand.Build(),
        new ReplayCommand(),
        new ApprovalsCommand(), new ApproveCommand(), new RejectCommand(), new SettleCommand(), new SignalCommand(),
        new SkillsCommand(), new DescribeSkillCommand(), new ModelsCommand(), new FailuresCommand(),
        new SecretsCommand(),
        PolicyCommand.Build(), new AgentsCommand(),
        new BackupCommand(), new RestoreCommand(), new PruneCommand(), new ExportCommand(),
        new ServeCommand(), new McpCommand(), new KeysCommand(), new WebhooksCommand(),
        new DemoCommand(), new DoctorCommand(), new CompletionCommand(), new VersionCommand(), new HelpCommand(),
        new CompleteCommand(),
    ];
}
