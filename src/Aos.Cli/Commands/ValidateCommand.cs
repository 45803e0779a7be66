using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

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
        var agent = await Agent.ReadAsync(session.Value(_agent), cancel).ConfigureAwait(false);
        var (plan, document) = await Documents.PlanAsync(session.Value(_plan)!, agent, session, cancel).ConfigureAwait(false);
        var runtime = await session.OpenWithoutStoreAsync(agent, cancel).ConfigureAwait(false);
        var check = runtime.Validate(plan, agent.Profile);
        if (check.Pinned is not { } pinned)
            throw check.Problems.All(problem => problem.Code == check.Problems[0].Code)
                && check.Problems[0].Code is var code && (code == ErrorCodes.SkillNotAllowed || code == ErrorCodes.PolicyDenied)
                ? Refusal.Of(code, check.Problems[0].Message, check.Problems, document)
                : Documents.Refuse(ErrorCodes.InvalidPlan, "plan", document, check.Problems);
        session.Warn(runtime, agent);
        if (session.Screen.Json)
            session.Screen.WriteJson(new StructuredOutcome
            {
                Status = OutcomeStatus.Success,
                Code = ErrorCodes.Ok,
                Message = "The plan is valid.",
                Result = Payload.FromUtf8(AosJson.Write(pinned)),
                Timestamp = session.Time.GetUtcNow(),
            });
        else
            session.Screen.Out.WriteLine($"{Plain.Of(document.Name)}: valid, {plan.Steps.Count} "
                + $"{(plan.Steps.Count == 1 ? "step" : "steps")}, "
                + string.Join(", ", pinned.Skills.Select(pin => $"{pin.Name}@{pin.Version}")));
        return ExitCodes.Ok;
    }
}
