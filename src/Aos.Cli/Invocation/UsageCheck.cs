using System.CommandLine;
using System.CommandLine.Parsing;
using Aos.Runtime;

namespace Aos.Cli.Invocation;

/// <summary>Turns what the parser did not understand into one message that says what may have been meant.</summary>
internal static class UsageCheck
{
    /// <exception cref="Refusal">The arguments are wrong.</exception>
    public static void Require(ParseResult parse)
    {
        RequireKnown(parse);
        if (parse.Errors.Count > 0)
            throw Refusal.Argument($"{Mend(parse.Errors[0].Message)} {See(parse.CommandResult.Command)}");
    }

    /// <exception cref="Refusal">An argument is none that there is.</exception>
    public static void RequireKnown(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        // The parser takes an unknown option for an argument; nobody means that, unless "--" says so.
        var escaped = parse.Tokens.Any(token => token.Type == TokenType.DoubleDash);
        var arguments = parse.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(result => result.Tokens).Select(token => token.Value).Concat(parse.UnmatchedTokens);
        foreach (var argument in arguments)
            if (!escaped && argument.Length > 1 && argument[0] == '-' && !char.IsAsciiDigit(argument[1]))
                throw UnknownOption(parse, argument);
        if (parse.UnmatchedTokens.Count > 0) throw Unmatched(command, parse.UnmatchedTokens[0]);
    }

    private static Refusal UnknownOption(ParseResult parse, string given)
    {
        var command = parse.CommandResult.Command;
        var name = given.Split('=')[0];
        var known = Options(parse.CommandResult).SelectMany(option => option.Aliases.Prepend(option.Name));
        return Refusal.Argument($"Unknown option '{name}' for `{PathOf(command)}`.{Meant(name, known)} {See(command)}");
    }

    private static Refusal Unmatched(Command command, string given)
    {
        if (command.Subcommands.Count == 0)
            return Refusal.Argument($"`{PathOf(command)}` takes no further argument '{given}'. {See(command)}");
        var known = command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name);
        return Refusal.Argument(
            $"Unknown command '{given}' for `{PathOf(command)}`.{Meant(given, known)} {See(command)}");
    }

    private static IEnumerable<Option> Options(CommandResult? result)
    {
        for (var own = true; result is not null; result = result.Parent as CommandResult, own = false)
            foreach (var option in result.Command.Options)
                if (own || option.Recursive)
                    yield return option;
    }

    private static string Meant(string given, IEnumerable<string> known) =>
        Spelling.Nearest(given, known) is [var first, ..] ? $" Did you mean '{first}'?" : "";

    private static string See(Command command) => $"See `{PathOf(command)} --help`.";

    private static string Mend(string message) => message.EndsWith('.') ? message : message + ".";

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent
            ? $"{PathOf(parent)} {command.Name}" : command.Name;
}
