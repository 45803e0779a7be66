using Aos.Cli.Doctor;
using Aos.Cli.Invocation;

namespace Aos.Cli.Commands;

/// <summary><c>aos doctor</c>.</summary>
internal sealed class DoctorCommand : CliCommand
{
    public DoctorCommand() : base("doctor", "Check this installation and the whole store, and say what to do")
    {
        Reach = CommandReach.Machine;
        Instead = "It examines an installation and its store: run it where they are. A server tells how it is at "
            + "/health and /ready.";
        Details = "Reads every journal and follows its hash chain. Exit code 1 where something is wrong.";
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var findings = await Examination.RunAsync(session, cancel).ConfigureAwait(false);
        if (session.Screen.Json) session.Screen.WriteJson(DoctorView.Json(findings));
        else DoctorView.Show(session.Screen, findings);
        return findings.Any(finding => finding.Level == FindingLevel.Wrong) ? ExitCodes.Failed : ExitCodes.Ok;
    }
}
