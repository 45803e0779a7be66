using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;

namespace Aos.Cli.Commands;

/// <summary><c>aos validate</c>.</summary>
internal sealed class ValidateCommand : CliCommand
{
    private readonly Option<string?> _plan = new("--plan")
    {
        Description = "Plan as a JSON file; - reads standard input",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _agent = new("--agent")
    {
        Description = "Agent profile whose skills and limits hold (default: the built-in profile)",
        HelpName = "FILE",
    };

    public ValidateCommand() : base("validate", "Check a plan without running it, and name every mistake")
    {
        Group = CommandGroup.Run;
        Add(_plan);
        Add(_agent);
        Examples = [("aos validate --plan plan.json", "name every mistake by its place")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var agent = await Agent.ReadAsync(session, session.Value(_agent), cancel).ConfigureAwait(false);
        var (plan, document) =
            await Documents.PlanAsync(session.Value(_plan)!, agent, session, cancel).ConfigureAwait(false);
        var target = await session.OpenWithoutStoreAsync(agent, cancel).ConfigureAwait(false);
        var outcome = await target.ValidateAsync(
            new RunSubmission { Plan = plan, AgentId = agent.Id, Profile = agent.Sent }, cancel).ConfigureAwait(false);
        if (outcome.Result is not { } pinned)
            throw outcome.Code == ErrorCodes.InvalidPlan
                ? Documents.Refuse(ErrorCodes.InvalidPlan, "plan", document, [.. outcome.Failure?.Details ?? []])
                : new Refusal(outcome, document);
        session.Warn(target, agent);
        if (session.Screen.Json) session.Screen.WriteJson(outcome);
        else
            session.Screen.Out.WriteLine($"{Plain.Of(document.Name)}: valid, {plan.Steps.Count} "
                + $"{(plan.Steps.Count == 1 ? "step" : "steps")}, "
                + string.Join(
                    ", ", AosJson.Read<PinnedPlan>(pinned.Element).Skills.Select(pin => $"{pin.Name}@{pin.Version}")));
        return ExitCodes.Ok;
    }
}
