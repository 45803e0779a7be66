using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos stats</c>: figures from the journals of many runs.</summary>
internal sealed class StatsCommand : Command
{
    private StatsCommand() : base("stats", "Show what the journals of many runs say together") => Add(new Calibrate());

    public static StatsCommand Build() => new();

    private sealed class Calibrate : CliCommand
    {
        private readonly Argument<string?> _skill = new("skill")
        {
            Description = "One skill, by its name (default: all that were called)",
            HelpName = "SKILL",
            Arity = ArgumentArity.ZeroOrOne,
        };

        private readonly Option<string?> _runs =
            new("--runs") { Description = "How many runs, the newest (default: 200)", HelpName = "N" };

        public Calibrate()
            : base("calibration", "Score what calls were expected to cost and take against what they did")
        {
            Group = CommandGroup.Look;
            Details = "BIAS is what came less what was expected. WITHIN is the share of calls that stayed within the "
                + "estimate. P95 is learned from the older half of the calls, where it has 20 or more; COVERS is the "
                + "share of the newer half within it.";
            Add(_skill);
            Add(_runs);
            Examples = [("aos stats calibration http_call", "can the estimates of http_call be relied on?")];
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var runs = Numbers.Positive(session.Value(_runs), "--runs", max: 1_000_000) ?? 200;
            var target = await session.OpenToReadAsync(cancel).ConfigureAwait(false);
            var report = Session.Require(await target.CalibrationAsync(runs, cancel).ConfigureAwait(false));
            if (session.Value(_skill) is { } name)
                report = report with { Skills = [.. report.Skills.Where(one => one.Skill.Name.Value == name)] };
            if (session.Screen.Json) session.Screen.WriteJson(report);
            else CalibrationView.Show(session.Screen, report);
            return ExitCodes.Ok;
        }
    }
}
