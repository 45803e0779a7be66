using Aos.Abstractions.Skills;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;
using Aos.Runtime.Effects;

namespace Aos.Runtime.Simulation;

/// <content>What calls cost whose skills are asked for it.</content>
internal sealed partial class Simulator
{
    private readonly Dictionary<(StepId Step, bool IsFallback), Money> _quoted = [];

    private readonly Dictionary<StepId, int> _ways = [];

    // What is not known yet is held as it is expected, so that the plan is not refused for what it can but need not
    // come to.
    private void Answer(RunState state, Effect.QuoteCall asked)
    {
        var quote = Quote(state, asked.Skill, asked.Known ?? asked.Input);
        var answer = quote is null ? QuoteRunner.Missing(asked) : QuoteRunner.Checked(asked, quote);
        var worst = WorstOf(answer.Ways);
        var call = (asked.Call.Step, asked.IsFallback);
        if (worst > _quoted.GetValueOrDefault(call)) _quoted[call] = worst;
        _ways[asked.Call.Step] = Math.Max(_ways.GetValueOrDefault(asked.Call.Step, 1), answer.Ways.Count);
        if (quote is { IsUncertain: true } && !answer.Ways.IsEmpty)
        {
            AddOnce(new Risk(asked.Call.Step, "UNKNOWN_COST", "What the call costs is known once its input is: "
                + $"{answer.Ways[0].Expected.Cents} cents are expected, {answer.Ways[0].Worst.Cents} at most."));
            answer =
                answer with { Ways = ValueList.From(answer.Ways.Select(way => way with { Worst = way.Expected })) };
        }
        Come(answer with { At = state.LastAt });
    }

    private SkillQuote? Quote(RunState state, SkillPin pin, Payload input) =>
        registry.TryGet(pin.Name, pin.Version, out var skill)
            ? skill.Quote(CallOf(state, pin.Name, input, EffectClass.Read, 0)) : null;

    // Every way may be tried as often as one.
    private static Money WorstOf(ValueList<QuotedWay> ways)
    {
        Int128 sum = 0;
        foreach (var way in ways) sum += way.Worst.NanoUsd;
        return AtMost(sum);
    }

    // What one attempt of a step's call costs at worst. One that the simulation did not come to is asked for by what
    // its template says already.
    private Money WorstOf(RunState state, StepProgram step, bool isFallback) =>
        (isFallback ? step.Fallback : step.Main) switch
        {
            null => Money.Zero,
            { Skill.Cost.Quoted: true } when _quoted.TryGetValue((step.Id, isFallback), out var quoted) => quoted,
            { Skill.Cost.Quoted: true } call =>
                Quote(state, call.Skill, call.Input.Known) is { } quote ? WorstOf(quote.Ways) : Money.Zero,
            { Skill.Cost: var cost } => cost?.Worst ?? Money.Zero,
        };
}
