using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Benchmarks.Load;

/// <summary>A step that does nothing but answer with about 200 bytes, at once.</summary>
internal sealed class StepSkill : ISkill
{
    private static readonly Payload Answer = Payload.FromUtf8(Encoding.UTF8.GetBytes(
        $$"""{"n":7,"text":"{{new string('x', 181)}}"}"""));

    public StepSkill(Mix mix)
    {
        Contract = new SkillContract
        {
            Name = SkillName.Parse("bench_step"),
            Version = SkillVersion.Parse("1.0.0"),
            Description = "Answers with 200 bytes.",
            InputSchema = Payload.FromUtf8(
                """{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"""u8.ToArray()),
            OutputSchema = Payload.FromUtf8(
                """{"type":"object","properties":{"n":{"type":"integer"},"text":{"type":"string"}},"required":["n"]}"""u8.ToArray()),
            Effect = new EffectRule { Default = mix.Effect },
        };
        // What computes answers on the loop of the run; what acts on the world is called like any skill.
        IsInline = mix != Mix.Wait;
    }

    public SkillContract Contract { get; }

    public bool IsInline { get; }

    public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel) =>
        ValueTask.FromResult(SkillResult.Success(Answer));
}
