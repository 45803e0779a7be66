using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
using Aos.Contracts.Api;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos agents</c>: the profiles that are kept, so that runs can name them.</summary>
internal sealed class AgentsCommand : Command
{
    public AgentsCommand() : base("agents", "Keep agent profiles, so that `--agent NAME` names them")
    {
        Add(new ListCommand());
        Add(new ShowCommand());
        Add(new PutCommand());
        Add(new RemoveCommand());
    }

    private static Argument<string> NameArgument() =>
        new("name") { Description = "The name of the profile", HelpName = "NAME" };

    private abstract class AgentCommand : TenantCommand
    {
        protected AgentCommand(string name, string description) : base(name, description) => Group = CommandGroup.Check;

        protected sealed override async ValueTask DoAsync(Session session, string tenant, CancellationToken cancel) =>
            await DoAsync(session, await session.Target.AgentsAsync(tenant, cancel).ConfigureAwait(false), cancel)
                .ConfigureAwait(false);

        /// <summary>Does it, and says so.</summary>
        protected abstract ValueTask DoAsync(Session session, IAgents agents, CancellationToken cancel);
    }

    private sealed class ListCommand() : AgentCommand("list", "List the profiles that are kept")
    {
        protected override async ValueTask DoAsync(Session session, IAgents agents, CancellationToken cancel)
        {
            var all = await agents.AllAsync(cancel).ConfigureAwait(false);
            if (session.Screen.Json) session.Screen.WriteJson(new AgentPage { Items = ValueList.From(all) });
            else AgentView.Show(session, all);
        }
    }

    private sealed class ShowCommand : AgentCommand
    {
        private readonly Argument<string> _name = NameArgument();

        public ShowCommand() : base("show", "Show a profile; its ETag stands on standard error")
        {
            Add(_name);
            Examples = [("aos agents show clerk --json > clerk.json", "a file that `aos agents put` takes")];
        }

        protected override async ValueTask DoAsync(Session session, IAgents agents, CancellationToken cancel)
        {
            var kept = Session.Require(await agents.FindAsync(session.Value(_name)!, cancel).ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(kept.Value);
            else AgentView.Show(session, kept.Value);
            Tags.Show(session, kept.ETag);
        }
    }

    private sealed class PutCommand : AgentCommand
    {
        private readonly Argument<string> _file = new("file")
        {
            Description = "A profile, in YAML or JSON; - reads standard input",
            HelpName = "FILE",
        };

        private readonly WriteConditions _conditions = new();

        public PutCommand() : base("put", "Keep a profile under its name, in place of what was kept")
        {
            Add(_file);
            _conditions.AddTo(this, writes: true);
            Details = "A file of planning rules beside the profile goes along with it. Runs that have begun keep "
                + "what they were granted.";
            Examples = [("aos agents put clerk.yaml --create", "unless there is a clerk already")];
        }

        protected override async ValueTask DoAsync(Session session, IAgents agents, CancellationToken cancel)
        {
            var file = session.Value(_file)!;
            var agent = session.IsRemote
                ? await Agent.ReadForServerAsync(file, cancel).ConfigureAwait(false)
                : await Agent.ReadAsync(file, cancel).ConfigureAwait(false);
            var put = await agents.PutAsync(agent.Profile, _conditions.Read(session), cancel).ConfigureAwait(false);
            var kept = Session.Require(put, agent.Document);
            if (session.Screen.Json) session.Screen.WriteJson(kept.Value);
            else session.Screen.Out.WriteLine($"The profile {kept.Value.AgentId} is kept.");
            Tags.Show(session, kept.ETag);
        }
    }

    private sealed class RemoveCommand : AgentCommand
    {
        private readonly Argument<string> _name = NameArgument();
        private readonly WriteConditions _conditions = new();

        public RemoveCommand() : base("remove", "Keep a profile no longer")
        {
            Add(_name);
            _conditions.AddTo(this, writes: false);
        }

        protected override async ValueTask DoAsync(Session session, IAgents agents, CancellationToken cancel)
        {
            var name = session.Value(_name)!;
            var done = Session.Require(
                await agents.RemoveAsync(name, _conditions.Read(session), cancel).ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(done);
            else session.Screen.Out.WriteLine($"The profile {name} is kept no longer.");
        }
    }
}
