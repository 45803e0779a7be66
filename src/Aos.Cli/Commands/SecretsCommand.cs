using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos secrets</c>.</summary>
internal sealed class SecretsCommand : CliCommand
{
    private readonly Option<string?> _agent = new("--agent")
    {
        Description = "Agent profile whose secrets are looked for (default: the built-in profile, which has none)",
        HelpName = "FILE",
    };

    private readonly Option<string?> _plan = new("--plan")
    {
        Description = "Plan whose references are looked at as well; - reads standard input",
        HelpName = "FILE",
    };

    public SecretsCommand()
        : base("secrets", "List the secrets that a profile and a plan name, and whether each is there")
    {
        Reach = CommandReach.Machine;
        Instead = "It looks for secrets where calls are made: run it where the server runs.";
        Group = CommandGroup.Check;
        Details = "Values are never shown. A secret NAME is the environment variable NAME, the file that NAME_FILE "
            + "names, the file NAME in AOS_SECRETS_DIR (default: `secrets` in the data folder), or a member of the "
            + ".NET user secrets that AOS_USER_SECRETS_ID names. Exit code 4 where one cannot be used.";
        Add(_agent);
        Add(_plan);
        Examples =
            [("aos secrets --agent agent.yaml --plan plan.json", "is everything configured that the plan needs?")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var agent = await Agent.ReadAsync(session.Value(_agent), cancel).ConfigureAwait(false);
        var plan = session.Value(_plan) is { } path
            ? (await Documents.PlanAsync(path, agent, session, cancel).ConfigureAwait(false)).Plan
            : null;
        await session.OpenWithoutStoreAsync(agent, cancel).ConfigureAwait(false);
        var secrets = await session.Runtime.ExamineSecretsAsync(agent.Profile, plan, cancel).ConfigureAwait(false);
        if (session.Screen.Json) session.Screen.WriteJson(SecretsView.Json(secrets));
        else SecretsView.Show(session.Screen, secrets);
        return secrets.All(secret => secret.Problem is null) ? ExitCodes.Ok : ExitCodes.Denied;
    }
}
