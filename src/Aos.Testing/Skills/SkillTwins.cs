using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Skills.Standard;
using Aos.Skills.Standard.JsonTransform;

namespace Aos.Testing.Skills;

/// <summary>Twins of the standard skills: their real contracts, answers from a script, no network.</summary>
public static class SkillTwins
{
    /// <summary>A twin of <c>http_call</c>. Not scripted, it answers 200 without a body.</summary>
    /// <param name="time">The clock of slow answers. Default: the system's.</param>
    public static ScriptedSkill HttpCall(TimeProvider? time = null) =>
        new ScriptedSkill(StandardContracts.HttpCall(), time)
        .Answers(TwinAnswer.Ok("""{"status":200,"headers":{},"body":null}"""));

    /// <summary>A twin of <c>llm_invoke</c>. Not scripted, it answers <c>ok</c> at the expected cost.</summary>
    /// <param name="worstCents">The most that a call costs.</param>
    /// <param name="expectedCents">What a call usually costs.</param>
    /// <param name="time">The clock of slow answers. Default: the system's.</param>
    public static ScriptedSkill LlmInvoke(
        decimal worstCents = 10, decimal expectedCents = 4, TimeProvider? time = null) =>
        new ScriptedSkill(StandardContracts.LlmInvoke(new CostModel
        {
            Worst = Money.FromCents(worstCents),
            Expected = Money.FromCents(expectedCents),
        }), time).Answers(TwinAnswer.Ok(
            """{"text":"ok","model":"scripted","finish_reason":"stop","usage":{"input_tokens":10,"output_tokens":1,"cached_tokens":0}}""",
            expectedCents));

    /// <summary>A twin of <c>json_transform</c>. Not scripted, it does what the real one does, which needs no
    /// world.</summary>
    /// <param name="time">The clock of slow answers. Default: the system's.</param>
    public static ScriptedSkill JsonTransform(TimeProvider? time = null)
    {
        var real = new JsonTransformSkill();
        return new ScriptedSkill(StandardContracts.JsonTransform(), time).Answers(_ => TwinAnswer.By(real.InvokeAsync));
    }
}
