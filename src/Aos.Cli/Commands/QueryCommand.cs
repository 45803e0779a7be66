using System.CommandLine;
using System.Text.Json.Nodes;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Runtime;

namespace Aos.Cli.Commands;

/// <summary><c>aos query</c>.</summary>
internal sealed class QueryCommand : CliCommand
{
    private readonly Argument<string> _run = new("run") { Description = "The run", HelpName = "RUN" };

    private readonly Argument<string?> _name = new("name")
    {
        Description = "The question (default: list the questions)",
        HelpName = "NAME",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _args = new("--args")
    {
        Description = "Arguments of the question as a JSON object; @FILE reads a file, - reads standard input",
        HelpName = "JSON",
    };

    public QueryCommand() : base("query", "Ask a run what its agent can ask it")
    {
        Group = CommandGroup.Look;
        Add(_run);
        Add(_name);
        Add(_args);
        _name.CompletionSources.Add(
            _ => AosRuntime.Queries.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        Examples =
        [
            ("aos query run_0123456789 why_did_step_fail --args '{\"step_id\":\"fetch\"}'",
                "the cause, the cure, each attempt"),
            ("aos query run_0123456789 remaining_budget_cents", "what is left"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var id = Session.Parse<RunId>(session.Value(_run), "Run");
        var arguments = await Documents.InputAsync(session.Value(_args), "--args", cancel).ConfigureAwait(false);
        var target = await session.OpenForAsync(id, cancel).ConfigureAwait(false);
        var names = session.Value(_name) is null
            ? Session.Require(await target.QueriesAsync(id, cancel).ConfigureAwait(false)) : null;
        var outcome = session.Value(_name) is { } name
            ? await target.QueryAsync(id, name, arguments, cancel).ConfigureAwait(false)
            : Names(session, names!);
        if (outcome.Status != OutcomeStatus.Success) throw new Refusal(outcome);
        if (session.Screen.Json) session.Screen.WriteJson(outcome);
        else if (names is not null)
            foreach (var known in names.Items) session.Screen.Out.WriteLine(known);
        else JsonView.Show(session.Screen, outcome.Result ?? Payload.Null);
        return ExitCodes.Ok;
    }

    private static StructuredOutcome Names(Session session, QueryNames names) => new()
    {
        Status = OutcomeStatus.Success,
        Code = ErrorCodes.Ok,
        Result = Payload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(
            new JsonArray([.. names.Items.Select(name => JsonValue.Create(name))]).ToJsonString())),
        Timestamp = session.Time.GetUtcNow(),
    };
}
