using System.CommandLine;
using Aos.Cli;
using Aos.Cli.Commands;

namespace Aos.Tests.Documentation;

/// <summary>The page about commands on a server, against the commands.</summary>
public sealed class RemotePageTests
{
    private static readonly string Page = Repository.Read("docs/remote.md");

    [Fact]
    public void Every_command_that_takes_no_server_says_what_to_do_instead_and_stands_on_the_page()
    {
        var section =
            Page[Page.IndexOf("## Commands of this machine", StringComparison.Ordinal)..Page.IndexOf(
                "## Where it fails", StringComparison.Ordinal)];
        foreach (var (path, command) in Commands(CommandTree.Build().Command, ""))
        {
            if (command.Reach == CommandReach.Machine) Assert.NotNull(command.Instead);
            if (command.Reach == CommandReach.Anywhere) Assert.Null(command.Instead);
            // A family stands on the page by its name, a command of a family that is divided by its own.
            var words = path.Split(' ');
            if (command.Reach != CommandReach.Anywhere)
                Assert.True(
                    section.Contains($"`{path}`", StringComparison.Ordinal)
                        || section.Contains($"`{words[0]}`", StringComparison.Ordinal)
                    || (section.Contains($"`{words[0]} ", StringComparison.Ordinal)
                        && section.Contains($"`{words[^1]}`", StringComparison.Ordinal)),
                    $"docs/remote.md does not say that `aos {path}` takes no server");
            else Assert.DoesNotContain($"`{path}`", section, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(string Path, CliCommand Command)> Commands(Command parent, string path) =>
        parent.Subcommands
        .Where(command => !command.Hidden)
        .SelectMany(command => command is CliCommand one
            ? [((path + " " + command.Name).Trim(), one)]
            : Commands(command, (path + " " + command.Name).Trim()));
}
