using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos models</c>.</summary>
internal sealed class ModelsCommand : CliCommand
{
    private readonly Option<string?> _agent = new("--agent")
    {
        Description = "Agent profile, YAML or JSON, whose models are shown (default: the price table)",
        HelpName = "FILE",
    };

    public ModelsCommand()
        : base("models", "List the language models of a profile, with prices and keys, or the price table")
    {
        Reach = CommandReach.Machine;
        Instead = "It looks for keys and prices where calls are made: run it where the server runs.";
        Group = CommandGroup.Check;
        Add(_agent);
        Examples =
        [
            ("aos models --agent agent.yaml",
                "the models of a profile: what they cost, and whether their keys are there"),
            ("aos models", "the price table that holds here"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var prices = await Prices.OfAsync(session.Data, cancel).ConfigureAwait(false);
        if (session.Value(_agent) is not { } file)
        {
            if (session.Screen.Json) session.Screen.WriteJson(prices);
            else ModelView.ShowAll(session.Screen, prices);
            return ExitCodes.Ok;
        }
        var agent = await Agent.ReadAsync(file, cancel).ConfigureAwait(false);
        await session.OpenWithoutStoreAsync(agent, cancel).ConfigureAwait(false);
        var secrets =
            await session.Runtime.ExamineSecretsAsync(agent.Profile, plan: null, cancel).ConfigureAwait(false);
        var models =
            agent.Profile.Models.Select(model => ListedModel.Of(model.Key, prices.Pin(model.Value), secrets)).ToList();
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(models));
        else ModelView.Show(session.Screen, models);
        return ExitCodes.Ok;
    }
}
