using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos exec</c>.</summary>
internal sealed class ExecCommand : CliCommand
{
    private readonly Argument<string> _skill =
        new("skill") { Description = "The skill, such as http_call@1", HelpName = "SKILL" };
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
        Details = "The call is a run of one step: journaled, retried and budgeted like any other. Where nobody knows "
            + "whether it took effect, and it cannot be repeated, it waits for `aos settle` (exit code 3).";
        Add(_skill);
        _acting.AddTo(this);
        Add(_timeout);
        Add(_attempts);
        Examples =
        [
            ("aos exec json_transform --input '{\"data\":{\"a\":[1,2]},\"expression\":\"sum(a)\"}'",
                "a call that touches nothing"),
            ("aos exec http_call --input @request.json --json", "the whole outcome, as an agent gets it"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var agent = await Agent.ReadAsync(session, session.Value(_acting.Agent), cancel).ConfigureAwait(false);
        var request = new SkillCall
        {
            Skill = Session.Parse<SkillRef>(session.Value(_skill), "Skill"),
            Input = await _acting.InputOfAsync(session, cancel).ConfigureAwait(false),
            AgentId = agent.Id,
            Profile = agent.Sent,
            Budget = _acting.BudgetOf(session),
            TimeoutMs = Numbers.Positive(session.Value(_timeout), "--timeout-ms"),
            MaxAttempts = Numbers.Positive(session.Value(_attempts), "--max-attempts"),
        };
        var target = await session.OpenAsync(agent, cancel).ConfigureAwait(false);
        var outcome = await target.ExecuteAsync(request, session.Value(_acting.Key), cancel).ConfigureAwait(false);
        if (outcome.Code == ErrorCodes.InvalidInput
            && await FindAsync(target, request.Skill, cancel).ConfigureAwait(false) is { } skill)
            outcome =
                outcome with { NextActions = new NextActions { Suggested = [.. InputHints.For(session, skill)] } };
        if (session.Screen.Json) session.Screen.WriteJson(outcome);
        else OutcomeView.Show(session.Screen, outcome);
        return outcome is { Status: OutcomeStatus.Unknown, RunId: { } run }
            ? await UnknownAsync(session, target, run, outcome, cancel).ConfigureAwait(false)
            : ExitCodes.Of(outcome);
    }

    /// <summary>The contract that a reference means: the highest version that it accepts.</summary>
    private static async ValueTask<SkillContract?> FindAsync(
        ITarget target, SkillRef reference, CancellationToken cancel) =>
        (await target.SkillsAsync(cancel).ConfigureAwait(false)).Value?.Items
            .Where(skill => reference.Accepts(skill.Name, skill.Version)).MaxBy(skill => skill.Version);

    /// <summary>A call that waits to be settled exits as a run that does.</summary>
    private static async ValueTask<int> UnknownAsync(
        Session session, ITarget target, RunId run, StructuredOutcome outcome, CancellationToken cancel)
    {
        var asked = await target.QueryAsync(run, "pending_settlements", arguments: null, cancel).ConfigureAwait(false);
        var lines = asked.Result is { } unsettled ? SettleHints.For(session, run, unsettled).ToList() : [];
        if (!session.Screen.Json)
            foreach (var line in lines) session.Screen.Error.WriteLine(line);
        return lines.Count > 0 ? ExitCodes.Waiting : ExitCodes.Of(outcome);
    }
}
