using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos skills</c>.</summary>
internal sealed class SkillsCommand : CliCommand
{
    public SkillsCommand() : base("skills", "List the skills, in every version") => Group = CommandGroup.Check;

    public override Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        using var skills = SkillSet.Standard(session.Time);
        var contracts = skills.Contracts.ToList();
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(contracts));
        else SkillView.ShowAll(session.Screen, contracts);
        return Task.FromResult(ExitCodes.Ok);
    }
}
