using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Outcomes;

namespace Aos.Cli.Commands;

/// <summary><c>aos describe-skill</c>.</summary>
internal sealed class DescribeSkillCommand : CliCommand
{
    private readonly Argument<string> _name =
        new("name") { Description = "The skill, such as http_call or http_call@1", HelpName = "NAME" };

    public DescribeSkillCommand()
        : base("describe-skill", "Show a skill's contract: input, result, effects, cost, failures")
    {
        Group = CommandGroup.Check;
        Add(_name);
        Examples = [("aos describe-skill http_call --json", "the contract with its schemas")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        // What was learnt of it in runs is told where there were any.
        var target = await session.OpenToReadAsync(cancel).ConfigureAwait(false);
        var outcome = await target.DescribeSkillAsync(session.Value(_name)!, cancel).ConfigureAwait(false);
        if (outcome.Status != OutcomeStatus.Success) throw new Refusal(outcome);
        if (session.Screen.Json) session.Screen.WriteJson(outcome);
        else SkillView.Show(session.Screen, outcome.Result!);
        return ExitCodes.Ok;
    }
}
