using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Kernel.Budgets;

namespace Aos.Kernel.Runs;

/// <summary>Rates: a call is made in a slot that was booked for it, and waits for it or fails.</summary>
internal sealed partial class Turn
{
    // How late a call may be made in its slot: later, it would fall among calls that were counted for another moment.
    private const int SlotMs = 1_000;

    // Calls that have asked or wait, by what holds them up together; counted when first needed.
    private Dictionary<(SkillName, SkillVersion), int>? _paced;

    /// <summary>Whether a call may be made now; where it may not, it has asked for a slot, or will when there is
    /// room.</summary>
    private bool KeepsRates(CallState call, SkillPin skill)
    {
        var rates = RateRule.For(State.Contract, skill);
        if (rates.IsEmpty || (call.Due is { } slot && Now <= Moments.After(slot, SlotMs))) return true;
        // No more slots are booked for a skill than calls may be in flight: a run that is cancelled takes few from
        // others.
        _paced ??= CountPaced();
        var paced = _paced.GetValueOrDefault(PacedWith(skill));
        if (paced >= State.Contract.MaxParallelSteps) return false;
        _paced[PacedWith(skill)] = paced + 1;
        Emit(new RunEvent.SlotRequested
        {
            At = Now,
            StepId = call.Key.Step,
            Item = call.Key.Item,
            Skill = skill.Name,
            SkillVersion = skill.Version,
        });
        Ask(new Effect.BookSlot { Call = call.Key, Rates = rates, Before = State.Deadline });
        return false;
    }

    private Dictionary<(SkillName, SkillVersion), int> CountPaced()
    {
        var paced = new Dictionary<(SkillName, SkillVersion), int>();
        foreach (var step in State.Steps)
            foreach (var call in step.Calls)
                if (call.Phase is CallPhase.AwaitingSlot or CallPhase.Paced)
                {
                    var key = PacedWith((call.IsFallback ? step.Program.Fallback : step.Program.Main)!.Skill);
                    paced[key] = paced.GetValueOrDefault(key) + 1;
                }
        return paced;
    }

    // Calls of one skill keep the same rates. Before version 3 all calls of a run stood in one line.
    private (SkillName, SkillVersion) PacedWith(SkillPin skill) =>
        State.Settings.RulesVersion < 3 ? default : (skill.Name, skill.Version);

    public void Take(RunEvent.SlotAnswered answered)
    {
        if (answered.Booked) return; // The call is ready now, or will be, and starts below.
        var key = new CallKey(answered.StepId, answered.Item);
        Fail(StepOf(key), Call(key), ErrorCodes.RateExceeded,
            $"{key} could be made within its rates in {(long)(answered.SlotAt - Now).TotalMilliseconds} ms at the "
            + "earliest, after the end of the time that the run's contract allows.");
    }
}
