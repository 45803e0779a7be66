using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Archives;

/// <summary>What an event names by its digest.</summary>
internal static class ArchiveNames
{
    /// <summary>Every blob and document.</summary>
    public static IEnumerable<Digest> Of(RunEvent e)
    {
        foreach (var payload in EventCodec.PayloadsOf(e))
            if (payload.Blob is { } blob) yield return blob.Digest;
        if (e is RunEvent.RunSubmitted submitted) yield return submitted.Settings;
        foreach (var plan in PlansOf(e)) yield return plan;
    }

    /// <summary>The pinned plans.</summary>
    public static IEnumerable<Digest> PlansOf(RunEvent e)
    {
        var plan = e switch
        {
            RunEvent.RunSubmitted submitted => submitted.Plan,
            RunEvent.PlannerAnswered answered => answered.Plan,
            RunEvent.PlanAccepted accepted => accepted.Plan,
            _ => null,
        };
        if (plan is { } named) yield return named;
    }
}
