using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;

namespace Aos.Kernel.Runs;

/// <summary>Waiting for a time, a moment or a signal.</summary>
internal sealed partial class Turn
{
    // What a simulation does not know is waited for under this name, or not at all.
    private static readonly SignalName UnknownSignal = SignalName.Parse("unknown");

    /// <summary>Gives a signal to the first call that waits for it; otherwise it is kept.</summary>
    public void Take(RunEvent.SignalReceived signal)
    {
        foreach (var step in State.Steps)
            foreach (var call in step.Calls)
                if (call.Phase == CallPhase.AwaitingSignal && call.Wait!.Signal == signal.Name && !(call.Due <= Now))
                {
                    TakeSignal(call, State.Seq);
                    return;
                }
    }

    private void StartWait(StepState step, CallState call, WaitProgram program)
    {
        var scope = Scope(call.Key.Item, step);
        if (!IsWanted(step, call, scope)) return;
        var rendered = program.Value.Render(scope);
        if (rendered.Error is { } error)
        {
            Fail(step, call, ErrorCodes.TemplateFailed, $"What {call.Key} waits for cannot be made: {error}");
            return;
        }
        var (value, mistake) = rendered.HasUnknown
            ? (Unknown(program.Kind), null) : WaitProgram.Read(program.Kind, rendered.Payload);
        if (value is not { } wait)
        {
            Fail(step, call, ErrorCodes.WaitInvalid, $"{call.Key} cannot wait: {mistake}");
            return;
        }
        if ((wait.Until ?? (wait.ForMs is { } ms ? Moments.After(Now, ms) : null)) >= State.Deadline)
        {
            Fail(step, call, ErrorCodes.WaitTooLong,
                $"{call.Key} would wait until after the end of the {State.Contract.MaxRunMs} ms that the run's "
                    + "contract allows.");
            return;
        }
        Emit(new RunEvent.WaitStarted
        {
            At = Now,
            StepId = call.Key.Step,
            Item = call.Key.Item,
            Signal = wait.Signal,
            ForMs = wait.ForMs ?? program.TimeoutMs,
            Until = wait.Until,
        });
        if (State.Signals.FirstOrDefault(kept => kept.Signal.Name == wait.Signal) is { Signal: not null } kept)
            TakeSignal(Call(call.Key), kept.Seq);
        else if (wait.Signal is null && Call(call.Key).Due <= Now)
            Succeed(Call(call.Key));
    }

    private static WaitValue Unknown(WaitKind kind) =>
        kind == WaitKind.Signal ? new WaitValue(UnknownSignal, null, null) : new WaitValue(null, 0, null);

    private void TakeSignal(CallState call, long seq)
    {
        Emit(new RunEvent.SignalTaken { At = Now, StepId = call.Key.Step, Item = call.Key.Item, Seq = seq });
        Succeed(call);
    }

    private void EndWait(StepState step, CallState call)
    {
        if (call.Wait!.Signal is { } signal)
            Fail(step, call, ErrorCodes.SignalTimeout, $"Signal '{signal}' did not come within {call.Wait.ForMs} ms.");
        else
            Succeed(call);
    }
}
