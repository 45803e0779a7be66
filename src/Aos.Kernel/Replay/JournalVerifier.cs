using Aos.Contracts;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Replay;

/// <summary>Feeds the facts of a journal to today's kernel and compares what it decides, event by event.</summary>
public static class JournalVerifier
{
    /// <summary>Verifies a journal. Touches nothing outside.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="documents">The documents that the events name.</param>
    /// <param name="journal">All events of the run, in order.</param>
    public static ReplayReport Verify(RunId runId, IRunDocuments documents, IReadOnlyList<RunEvent> journal)
    {
        var state = RunState.Empty(documents);
        var index = 0;
        while (index < journal.Count)
        {
            if (journal[index] is not RunEvent.Fact fact)
                return Report(runId, state, index, journal[index], null,
                    "The journal has a decision here, but the kernel decides nothing more on the fact before.");
            var first = index;
            var transition = RunKernel.Advance(state, fact);
            var next = transition.State;
            foreach (var found in transition.Events)
            {
                var expected = index < journal.Count ? journal[index] : null;
                if (expected is RunEvent.RunForked && index > first)
                {
                    // The fork was cut between a fact and the last decision on it.
                    next = state.FoldOn(journal.Skip(first).Take(index - first));
                    break;
                }
                if (expected is null || !Same(expected, found))
                    return Report(runId, state, index, expected, found, Explain(expected, found));
                index++;
            }
            if (transition.Events.IsEmpty)
                return Report(runId, state, index, fact, null, "The kernel takes no notice of this fact.");
            state = next;
        }
        return new ReplayReport
        {
            RunId = runId,
            Mode = "verify",
            Parity = true,
            EventsCompared = index,
            BehaviourDigest = state.Ended?.BehaviourDigest,
        };
    }

    private static bool Same(RunEvent expected, RunEvent found) =>
        ReferenceEquals(expected, found)
        || expected.Equals(found)
        || (expected.GetType() == found.GetType()
            && AosJson.Write(expected).AsSpan().SequenceEqual(AosJson.Write(found)));

    private static string Explain(RunEvent? expected, RunEvent found) =>
        expected is null ? "The kernel decides something that the journal does not have."
        : expected.GetType() != found.GetType() ? "The kernel takes another decision than the journal has."
        : "The kernel takes the same decision with other values.";

    private static ReplayReport Report(
        RunId runId, RunState state, int index, RunEvent? expected, RunEvent? found, string message) => new()
        {
            RunId = runId,
            Mode = "verify",
            Parity = false,
            EventsCompared = index,
            BehaviourDigest = state.Ended?.BehaviourDigest,
            FirstDivergence = new Divergence
            {
                Seq = index + 1,
                Expected = expected is null ? null : Payload.FromUtf8(AosJson.Write(expected)),
                Found = found is null ? null : Payload.FromUtf8(AosJson.Write(found)),
                Message = message,
            },
        };
}
