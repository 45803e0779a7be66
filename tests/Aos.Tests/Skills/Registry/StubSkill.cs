using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Tests.Skills.Registry;

/// <summary>A skill that only has a contract.</summary>
internal sealed class StubSkill(SkillContract contract) : ISkill
{
    public SkillContract Contract { get; } = contract;

    public static StubSkill Named(string name, string version, Func<SkillContract, SkillContract>? change = null)
    {
        var contract = new SkillContract
        {
            Name = SkillName.Parse(name),
            Version = SkillVersion.Parse(version),
            Description = "Does nothing.",
            InputSchema = Json("""{"type":"object","properties":{"n":{"type":"integer"}}}"""),
            OutputSchema = Json("true"),
        };
        return new StubSkill(change is null ? contract : change(contract));
    }

    public static Payload Json(string text) => Payload.FromUtf8(Encoding.UTF8.GetBytes(text));

    public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel) =>
        ValueTask.FromResult(SkillResult.Success(Payload.Null));
}
