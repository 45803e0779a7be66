using System.CommandLine;
using System.Text;
using Aos.Cli.Commands;
using Aos.Cli.Invocation;

namespace Aos.Cli.Rendering;

/// <summary>Help: what a command does, how it is written, what it takes, and lines that work.</summary>
internal static class HelpText
{
    private const int Indent = 2;
    private const int Gap = 3;

    private static readonly (CommandGroup Group, string Title)[] Groups =
    [
        (CommandGroup.Run, "RUN"), (CommandGroup.Look, "LOOK"), (CommandGroup.Decide, "DECIDE"),
        (CommandGroup.Check, "SKILLS, POLICIES, FAILURES"), (CommandGroup.Keep, "KEEP"), (CommandGroup.SetUp, "OTHER"),
    ];

    public static void Write(Command command, TextWriter writer, int width)
    {
        var text = new StringBuilder();
        Wrap.Append(text, command.Description ?? "", 0, width);
        if ((command as CliCommand)?.Details is { } details) Wrap.Append(text.AppendLine(), details, 0, width);
        Section(text, "USAGE", [(Usage(command), "")], width);
        var visible = command.Subcommands.Where(sub => !sub.Hidden).ToList();
        if (command.Parents.Any()) Section(text, "COMMANDS", visible.Select(Row), width);
        else
            foreach (var (group, title) in Groups)
                Section(text, title, visible.Where(sub => GroupOf(sub) == group).Select(Row), width);
        Section(text, "ARGUMENTS", command.Arguments.Where(argument => !argument.Hidden)
            .Select(argument => (Name(argument), argument.Description ?? "")), width);
        Section(text, "OPTIONS", Own(command).Select(Row), width);
        if (command.Parents.Any()) Section(text, "OPTIONS OF EVERY COMMAND", Inherited(command).Select(Row), width);
        if (command is CliCommand { Examples: { Count: > 0 } examples })
            Section(
                text, "EXAMPLES", examples.Select(example => ($"$ {example.Line}", example.Does)), width,
                stacked: true);
        if (!command.Parents.Any())
        {
            Section(text, "EXIT CODES", ExitCodes.Meanings.Select(pair => ($"{pair.Code}", pair.Meaning)), width);
            Section(
                text, "START HERE",
                [("aos demo btc", "a minute's tour"), ("aos COMMAND --help", "more about a command")],
                width);
        }
        writer.Write(text);
    }

    private static CommandGroup GroupOf(Command command) => command is CliCommand known ? known.Group
        : command.Subcommands.FirstOrDefault() is CliCommand first ? first.Group : CommandGroup.SetUp;

    private static IEnumerable<Option> Own(Command command) => command.Options.Where(option => !option.Hidden);

    private static IEnumerable<Option> Inherited(Command command) => command.Parents.OfType<Command>()
        .SelectMany(parent => parent.Options.Where(option => option is { Recursive: true, Hidden: false })
            .Concat(Inherited(parent)));

    private static string Usage(Command command)
    {
        var line = new StringBuilder(Path(command));
        foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
            line.Append(' ').Append(argument.Arity.MinimumNumberOfValues == 0 ? $"[{Name(argument)}]" : Name(argument));
        if (command.Subcommands.Count > 0) line.Append(" COMMAND");
        foreach (var option in Own(command).Where(option => option.Required)) line.Append(' ').Append(Label(option));
        return line.Append(" [options]").ToString();
    }

    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent
            ? $"{Path(parent)} {command.Name}" : command.Name;

    private static (string, string) Row(Command command) => (command.Name, command.Description ?? "");

    private static (string, string) Row(Option option) =>
        (Label(option), (option.Description ?? "") + (option.Required ? " (required)" : ""));

    private static string Name(Argument argument) => argument.HelpName ?? argument.Name;

    private static string Label(Option option)
    {
        var names = string.Join(", ", option.Aliases.OrderBy(alias => alias.Length).Append(option.Name));
        return option.ValueType == typeof(bool) ? names : $"{names} {option.HelpName ?? "VALUE"}";
    }

    private static void Section(
        StringBuilder text, string title, IEnumerable<(string Left, string Right)> rows, int width,
        bool stacked = false)
    {
        var lines = rows.ToList();
        if (lines.Count == 0) return;
        text.AppendLine().AppendLine(title);
        var column = Math.Min(lines.Max(line => line.Left.Length), 32) + Indent + Gap;
        foreach (var (left, right) in lines)
        {
            text.Append(' ', Indent).Append(left);
            if (right.Length == 0)
            {
                text.AppendLine();
                continue;
            }
            if (stacked || left.Length + Indent + Gap > column)
                text.AppendLine().Append(' ', stacked ? Indent + 2 : column);
            else text.Append(' ', column - Indent - left.Length);
            Wrap.Append(text, right, stacked ? Indent + 2 : column, width);
        }
    }
}
