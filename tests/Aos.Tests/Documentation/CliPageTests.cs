using System.CommandLine;
using System.Text;
using Aos.Cli;
using Aos.Cli.Rendering;

namespace Aos.Tests.Documentation;

/// <summary>The reference of the command line: what `--help` prints, of every command.</summary>
public sealed class CliPageTests
{
    private const int Width = 112;

    private const string Head = """
        # The command line

        What `aos COMMAND --help` prints, of every command. This page is generated; a test holds it to the program.
        [Commands on a server](remote.md) says how `--server` and keys work, and which commands are of this machine.


        """;

    [Fact]
    public void The_page_of_the_command_line_is_what_help_prints()
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        var root = CommandTree.Build().Command;
        foreach (var command in Visible(root))
        {
            using var help = new StringWriter { NewLine = "\n" };
            HelpText.Write(command, help, Width);
            // The options of every command stand with the first one.
            var shown = help.ToString().ReplaceLineEndings("\n");
            if (command != root) shown = Without(shown, "OPTIONS OF EVERY COMMAND");
            text.Append($"## {PathOf(command)}\n\n```text\n{shown.Trim('\n')}\n```\n\n");
        }
        Repository.AssertGenerated("docs/cli.md", text.ToString().TrimEnd('\n') + "\n");
    }

    private static string Without(string help, string title)
    {
        var sections = help.Split("\n\n").ToList();
        sections.RemoveAll(section => section.TrimStart('\n').StartsWith(title + "\n", StringComparison.Ordinal));
        return string.Join("\n\n", sections);
    }

    private static IEnumerable<Command> Visible(Command command) =>
        command.Subcommands.Where(sub => !sub.Hidden).SelectMany(Visible).Prepend(command);

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent
            ? $"{PathOf(parent)} {command.Name}" : command.Name;
}
