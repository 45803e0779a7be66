using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Failures;
using Aos.Runtime;

namespace Aos.Cli.Commands;

/// <summary><c>aos failures</c>.</summary>
internal sealed class FailuresCommand : CliCommand
{
    private readonly Argument<string?> _code = new("code")
    {
        Description = "One code, in full (default: list all)",
        HelpName = "CODE",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public FailuresCommand() : base("failures", "Show the failure catalog: what each code means and what helps")
    {
        Group = CommandGroup.Check;
        Add(_code);
        _code.CompletionSources.Add(_ => BuiltInCatalog.Instance.Entries
            .Select(entry => new System.CommandLine.Completions.CompletionItem(entry.Code.Value)));
        Examples = [("aos failures TIMEOUT", "the cause, the cure, when it is tried again")];
    }

    public override Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var catalog = BuiltInCatalog.Instance;
        var chosen = session.Value(_code) is { } text ? catalog with { Entries = [Find(catalog, text)] } : catalog;
        if (session.Screen.Json) session.Screen.WriteJson(chosen);
        else if (chosen.Entries is [var only]) FailureCatalogView.Show(session.Screen, only);
        else FailureCatalogView.ShowAll(session.Screen, chosen);
        return Task.FromResult(ExitCodes.Ok);
    }

    private static FailureEntry Find(FailureCatalog catalog, string text)
    {
        var wanted = text.ToUpperInvariant();
        if (catalog.Entries.FirstOrDefault(entry => entry.Code.Value == wanted) is { } found) return found;
        var like = Spelling.Nearest(wanted, catalog.Entries.Select(entry => entry.Code.Value));
        throw Refusal.Argument($"The catalog has no code '{text}'."
            + (like.Count > 0 ? $" Did you mean '{like[0]}'?" : " `aos failures` lists them."));
    }
}
