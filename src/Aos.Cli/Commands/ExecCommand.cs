using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Skills;
using Aos.Runtime.Runs;

namespace Aos.Cli.Commands;

/// <summary><c>aos exec</c>.</summary>
internal sealed class ExecCommand : CliCommand
{
    private readonly Argument<string> _skill = new("skill") { Description = "The skill, such as http_call@1", HelpName = "SKILL" };
    private readonly ActingOptions _acting = new();

    private readonly Option<string?> _timeout = new("--timeout-ms")
    {
        Description = "Milliseconds for one attempt (default: what the skill's contract says)",
        HelpName = "N",
    };

    private readonly Option<string?> _attempts = new("--max-attempts")
    {
        Description = "Attempts at most (default: what the failure catalog says)",
        HelpName = "N",
    };

    public ExecCommand() : base("exec", "Call one skill under a contract, and print its outcome")
    {
        Group = CommandGroup.Run;
        Details = "The call is a run of one step: journaled, retried and budgeted like any other.";
        Add(_skill);
        _acting.AddTo(this);
        Add(_timeout);
        Add(_attempts);
        Examples =
        [
            ("aos exec json_transform --input '{\"data\":{\"a\":[1,2]},\"expression\":\"sum(a)\"}'", "a call that touches nothing"),
            ("aos exec http_call --input @request.json --json", "the whole outcome, as an agent gets it"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var agent = await Agent.ReadAsync(session.Value(_acting.Agent), cancel).ConfigureAwait(false);
        var request = new ExecuteRequest
        {
            Skill = Session.Parse<SkillRef>(session.Value(_skill), "Skill"),
            Input = await _acting.InputOfAsync(session, cancel).ConfigureAwait(false),
            Profile = agent.Profile,
            Budget = _acting.BudgetOf(session),
            TimeoutMs = Numbers.Positive(session.Value(_timeout), "--timeout-ms"),
            MaxAttempts = Numbers.Positive(session.Value(_attempts), "--max-attempts"),
            IdempotencyKey = session.Value(_acting.Key),
        };
        var runtime = await session.OpenAsync(agent, cancel).ConfigureAwait(false);
        var outcome = await runtime.ExecuteAsync(request, cancel).ConfigureAwait(false);
        if (session.Screen.Json) session.Screen.WriteJson(outcome);
        else OutcomeView.Show(session.Screen, outcome);
        return ExitCodes.Of(outcome);
    }
}
