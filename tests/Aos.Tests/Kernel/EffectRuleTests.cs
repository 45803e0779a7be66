using System.Text;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;

namespace Aos.Tests.Kernel;

/// <summary>The effect class of a call, which may depend on its input.</summary>
public sealed class EffectRuleTests
{
    private static readonly EffectRule Http = new()
    {
        Default = EffectClass.Once,
        Cases =
        [
            new EffectCase { Member = "method", Values = [Json("\"GET\""), Json("null")], Effect = EffectClass.Read },
            new EffectCase { Member = "method", Values = [Json("\"PUT\"")], Effect = EffectClass.Idempotent },
            new EffectCase { Member = "options", Values = [Json("""{"a":1,"b":[2]}""")], Effect = EffectClass.Pure },
        ],
    };

    private static Payload Json(string json) => Payload.FromUtf8(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData("""{"method":"GET"}""", EffectClass.Read)]
    [InlineData("""{"method":null}""", EffectClass.Read)]
    [InlineData("""{}""", EffectClass.Read)]
    [InlineData("[]", EffectClass.Read)]
    [InlineData("""{"method":"PUT"}""", EffectClass.Idempotent)]
    [InlineData("""{"method":"get"}""", EffectClass.Once)]
    [InlineData("""{"method":"POST"}""", EffectClass.Once)]
    [InlineData("""{"method":"POST","options":{"b":[2.0],"a":1}}""", EffectClass.Pure)]
    [InlineData("""{"method":"PUT","options":{"b":[2],"a":1}}""", EffectClass.Idempotent)]
    public void The_first_case_that_fits_decides(string input, EffectClass expected) =>
        Assert.Equal(expected, EffectRules.ClassOf(Http, Json(input)));

    [Fact]
    public void A_skill_that_declares_nothing_cannot_be_repeated() =>
        Assert.Equal(EffectClass.Once, EffectRules.ClassOf(null, Payload.Empty));

    [Fact]
    public void A_rule_without_cases_always_holds() =>
        Assert.Equal(
            EffectClass.Pure, EffectRules.ClassOf(new EffectRule { Default = EffectClass.Pure }, Payload.Empty));
}
