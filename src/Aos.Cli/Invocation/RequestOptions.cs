using System.CommandLine;
using Aos.Contracts.Api;

namespace Aos.Cli.Invocation;

/// <summary>What is to be run or foreseen: a goal or a plan, and how.</summary>
internal sealed class RequestOptions
{
    private readonly Argument<string?> _goal = new("goal")
    {
        Description = "What is to be reached, in a sentence; the profile's planner makes the plan",
        HelpName = "GOAL",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _plan = new("--plan")
    {
        Description = "Plan as a JSON file; - reads standard input",
        HelpName = "FILE",
    };

    private readonly ActingOptions _acting = new();

    public RequestOptions AddTo(Command command, bool key)
    {
        command.Add(_goal);
        command.Add(_plan);
        _acting.AddTo(command, key);
        return this;
    }

    /// <summary>The idempotency key; null where none was given.</summary>
    public string? KeyOf(Session session) => session.Value(_acting.Key);

    /// <summary>The request, the agent, and the document of the plan where there is one.</summary>
    /// <exception cref="Refusal">Something of it is missing or wrong.</exception>
    public async ValueTask<(RunSubmission Request, Agent Agent, SourceDocument? Document)> ReadAsync(
        Session session, CancellationToken cancel)
    {
        var (goal, path) = (session.Value(_goal), session.Value(_plan));
        if (goal is null && path is null) throw Refusal.Argument("Say what is to be done: a GOAL, or --plan FILE.");
        if (goal is not null && path is not null)
            throw Refusal.Argument("A GOAL and --plan were both given. The goal of a plan is in its file.");
        if (path == "-" && session.Value(_acting.Input) == "-")
            throw Refusal.Argument("--plan and --input cannot both be standard input.");
        if (goal is not null) Documents.RequireWhole(goal, "The GOAL");
        var agent = await Agent.ReadAsync(session, session.Value(_acting.Agent), cancel).ConfigureAwait(false);
        var (plan, document) = path is null
            ? (null, null) : await Documents.PlanAsync(path, agent, session, cancel).ConfigureAwait(false);
        return (new RunSubmission
        {
            Goal = goal,
            Plan = plan,
            Input = await _acting.InputOfAsync(session, cancel).ConfigureAwait(false),
            AgentId = agent.Id,
            Profile = agent.Sent,
            Budget = _acting.BudgetOf(session),
        }, agent, document);
    }
}
