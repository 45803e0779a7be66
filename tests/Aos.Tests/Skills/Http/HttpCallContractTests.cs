using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Skills;
using Aos.Skills.Standard.Http;

namespace Aos.Tests.Skills.Http;

public sealed class HttpCallContractTests
{
    private static readonly SkillContract Contract = HttpCallContract.Create();

    [Fact]
    public void Schemas_and_examples_are_strict_json()
    {
        foreach (var payload in new[] { Contract.InputSchema, Contract.OutputSchema }.Concat(
            Contract.Examples.Select(e => e.Input)))
            Assert.IsType<JsonReadResult.Read>(StrictJson.Parse(payload.Utf8, JsonLimits.Default));
    }

    [Fact]
    public void What_a_server_answers_is_tainted() => Assert.True(Contract.Tainted);

    [Fact]
    public void Every_failure_mode_is_in_the_catalog()
    {
        Assert.All(Contract.FailureModes, mode => Assert.NotNull(FailureIndex.BuiltIn.Match(mode.Code)));
    }

    [Fact]
    public void Every_example_can_be_sent()
    {
        foreach (var example in Contract.Examples)
            Assert.NotNull(new HttpCallRequestReader().Read(example.Input.Element));
    }

    [Theory]
    [InlineData(null, null, EffectClass.Read)]
    [InlineData("\"GET\"", "true", EffectClass.Read)]
    [InlineData("\"HEAD\"", null, EffectClass.Read)]
    [InlineData("\"OPTIONS\"", null, EffectClass.Read)]
    [InlineData("\"PUT\"", null, EffectClass.Idempotent)]
    [InlineData("\"DELETE\"", "false", EffectClass.Idempotent)]
    [InlineData("\"POST\"", "true", EffectClass.Idempotent)]
    [InlineData("\"POST\"", "false", EffectClass.Once)]
    [InlineData("\"POST\"", null, EffectClass.Once)]
    [InlineData("\"PATCH\"", null, EffectClass.Once)]
    [InlineData("\"PATCH\"", "true", EffectClass.Idempotent)]
    public void The_effect_class_follows_from_method_and_promise(
        string? method, string? idempotent, EffectClass expected)
    {
        string Member(string name) => (name == "method" ? method : idempotent) ?? "null";

        var matching = Contract.Effect!.Cases.FirstOrDefault(c => c.Values.Any(v => v.ToString() == Member(c.Member)));

        Assert.Equal(expected, matching?.Effect ?? Contract.Effect.Default);
    }
}
