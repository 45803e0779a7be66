using System.CommandLine;
using System.CommandLine.Completions;
using Aos.Cli.Invocation;

namespace Aos.Cli.Commands;

/// <summary>What the shells' completion asks: the words so far, the last of which is being typed.</summary>
internal sealed class CompleteCommand : CliCommand
{
    private readonly Argument<string[]> _words = new("words") { Arity = ArgumentArity.ZeroOrMore };

    public CompleteCommand() : base("__complete", "Print what the last word may become")
    {
        Reach = CommandReach.Nothing;
        Hidden = true;
        Add(_words);
    }

    public override Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var words = session.Value(_words) ?? [];
        var typed = words is [.., var last] ? last : "";
        var parse = session.Tree.Command.Parse(
            words is [] ? [""] : words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        foreach (var item in parse.GetCompletions().Where(item => Fits(item, typed)))
            session.Screen.Out.WriteLine(item.InsertText ?? item.Label);
        return Task.FromResult(ExitCodes.Ok);
    }

    // An option is offered once its dash is typed.
    private static bool Fits(CompletionItem item, string typed) =>
        item.Label.StartsWith(typed, StringComparison.Ordinal)
        && (typed.StartsWith('-') || !item.Label.StartsWith('-'));
}
