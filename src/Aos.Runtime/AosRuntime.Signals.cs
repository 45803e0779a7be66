using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Runtime;

/// <summary>Signals to runs.</summary>
public sealed partial class AosRuntime
{
    private const int SignalKeyCharactersMax = 256;

    /// <summary>Sends a run a signal. It is durable on return; the run's owner takes it up, or whoever resumes the run.
    /// A signal that no step waits for yet is kept, and signals of one name are taken in the order in which they
    /// came.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="name">The name of the signal.</param>
    /// <param name="data">What comes with it: the result of the step that waits for it. Null: JSON null.</param>
    /// <param name="by">Who sends it, for the journal.</param>
    /// <param name="key">The sender's own id of the signal: sent again, it counts once. Null: each counts.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <returns>A success; or why the signal was not left: <c>UNKNOWN_RUN</c>, <c>UNKNOWN_SIGNAL</c> where no step can
    /// ever wait for it, <c>INVALID_ARGUMENT</c> where the run has ended.</returns>
    public ValueTask<StructuredOutcome> SignalAsync(
        RunId runId, SignalName name, Payload? data, string by, string? key, CancellationToken cancel) =>
        GuardAsync(async () =>
    {
        if (key is { Length: 0 or > SignalKeyCharactersMax })
            return _outcomes.Failure(
                ErrorCodes.InvalidArgument, $"The key of a signal has 1 to {SignalKeyCharactersMax} characters.");
        if (data is not null && !TryReadStrictly(ref data, out var problem)) return problem;
        if (await FoldAsync(runId, cancel).ConfigureAwait(false) is not { } state)
            return UnknownRun<RunReport>(runId).Outcome;
        if (key is not null && state.KnowsSignal(key)) return _outcomes.Success(run: runId); // It counted already.
        if (state.Ended is null && UnheardOf(state, name) is { } refused)
            return _outcomes.Failure(ErrorCodes.UnknownSignal, refused, run: runId);
        var fact = new RunEvent.SignalReceived { At = _services.Now, Name = name, Data = data, By = by, Key = key };
        return await PostAsync(runId, fact, adopt: false, cancel).ConfigureAwait(false);
    });

    /// <summary>Why no step will ever wait for a signal; null where one may.</summary>
    private static string? UnheardOf(RunState state, SignalName name)
    {
        // A planner that is still asked may wait for anything.
        if (state.Program is not { } program || state.IsPlanning
            || state.Settings.Planner?.Mode == PlannerMode.Iterative) return null;
        var names = new List<string>();
        foreach (var step in program.Steps)
        {
            if (step.Wait is not { Kind: Kernel.Plans.WaitKind.Signal } wait) continue;
            if (wait.Value.Literal is not { } literal) return null;
            names.Add(literal.Element.GetString()!);
        }
        return names.Contains(name.Value, StringComparer.Ordinal) ? null
            : names.Count == 0 ? $"No step of run {state.Submitted!.RunId} waits for a signal."
            : $"No step of run {state.Submitted!.RunId} waits for signal '{name}'; its plan waits for "
                + $"{string.Join(", ", names.Distinct(StringComparer.Ordinal).Select(known => $"'{known}'"))}.";
    }
}
