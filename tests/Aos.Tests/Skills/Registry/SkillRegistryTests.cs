using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.Http;

namespace Aos.Tests.Skills.Registry;

public sealed class SkillRegistryTests
{
    [Theory]
    [InlineData("a", "2.1.0")]
    [InlineData("a@*", "2.1.0")]
    [InlineData("a@1", "1.10.0")]
    [InlineData("a@1.2", "1.2.3")]
    [InlineData("a@1.2.0", "1.2.0")]
    [InlineData("a@^1.2.0", "1.10.0")]
    [InlineData("a@~1.2.0", "1.2.3")]
    [InlineData("a@>=1.0.0 <1.10.0", "1.2.3")]
    [InlineData("a@3.0.0-beta.1", "3.0.0-beta.1")]
    [InlineData("a@>=3.0.0-alpha", "3.0.0-beta.1")]
    [InlineData("a@3", null)]
    [InlineData("a@1.3", null)]
    [InlineData("b", "1.0.0")]
    [InlineData("c", null)]
    public void A_reference_resolves_to_the_highest_version_that_it_accepts(string reference, string? expected)
    {
        var registry = Registry(
            ("a", "1.2.0"), ("a", "1.10.0"), ("b", "1.0.0"), ("a", "2.1.0"), ("a", "1.2.3"), ("a", "2.0.0"),
            ("a", "3.0.0-beta.1"));

        var found = registry.TryResolve(SkillRef.Parse(reference), out var skill);

        Assert.Equal(expected is not null, found);
        Assert.Equal(expected, skill?.Contract.Version.Value);
    }

    [Fact]
    public void Versions_live_side_by_side_and_each_is_reached_exactly()
    {
        var registry = Registry(("b", "1.0.0"), ("a", "1.0.0"), ("a", "2.0.0"), ("a", "10.0.0"));

        Assert.Equal(["a@10.0.0", "a@2.0.0", "a@1.0.0", "b@1.0.0"],
            registry.All.Select(skill => $"{skill.Contract.Name}@{skill.Contract.Version}"));
        Assert.True(registry.TryGet(SkillName.Parse("a"), SkillVersion.Parse("2.0.0"), out var second));
        Assert.Equal("2.0.0", second.Contract.Version.Value);
        Assert.False(registry.TryGet(SkillName.Parse("a"), SkillVersion.Parse("2.0.1"), out _));
        Assert.False(registry.TryGet(SkillName.Parse("z"), SkillVersion.Parse("1.0.0"), out _));
        Assert.True(registry.Knows(SkillName.Parse("b")));
        Assert.False(registry.Knows(SkillName.Parse("z")));
    }

    [Fact]
    public void A_version_that_is_there_twice_is_refused()
    {
        var failure =
            Assert.Throws<SkillRegistrationException>(() => Registry(("a", "1.0.0"), ("b", "1.0.0"), ("a", "1.0.0")));

        var problem = Assert.Single(failure.Problems);
        Assert.Equal("/a@1.0.0", problem.Pointer);
        Assert.Contains("registered twice", failure.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, SkillContract> BrokenContracts => new()
    {
        { "/description", Change(c => c with { Description = " " }) },
        { "/description", Change(c => c with { Description = new string('a', 2_001) }) },
        { "/input_schema/type", Change(c => c with { InputSchema = StubSkill.Json("""{"type":"objekt"}""") }) },
        { "/input_schema", Change(c => c with { InputSchema = StubSkill.Json("[]") }) },
        { "/input_schema/type", Change(
            c => c with { InputSchema = StubSkill.Json("""{"type":"object","type":"object"}""") }) },
        { "/input_schema/type", Change(c => c with { InputSchema = StubSkill.Json("true") }) },
        { "/input_schema/type", Change(c => c with { InputSchema = StubSkill.Json("""{"type":"array"}""") }) },
        { "/output_schema/$ref", Change(c => c with { OutputSchema = StubSkill.Json("""{"$ref":"#/$defs/none"}""") }) },
        { "/output_schema/pattern", Change(c => c with { OutputSchema = StubSkill.Json("""{"pattern":"("}""") }) },
        { "/examples/1/input/n", Change(c => c with { Examples = [Example("{}"), Example("""{"n":"x"}""")] }) },
        { "/effect/cases/0/member", Change(
            c => c with { Effect = Rule(new() { Member = "m", Values = [Payload.Null] }) }) },
        { "/effect/cases/0/values", Change(c => c with { Effect = Rule(new() { Member = "n" }) }) },
        { "/effect/default", Change(c => c with { Effect = new EffectRule { Default = (EffectClass)9 } }) },
        { "/side_effects", Change(c => c with
            { Effect = new EffectRule { Default = EffectClass.Read }, SideEffects = [new() { Type = "x" }] }) },
        { "/side_effects/0/type", Change(c => c with { SideEffects = [new() { Type = "" }] }) },
        { "/cost", Change(c => c with { Cost = new CostModel { Expected = new Money(2), Worst = new Money(1) } }) },
        { "/cost", Change(c => c with { Cost = new CostModel { Expected = new Money(-1), Worst = new Money(1) } }) },
        { "/latency/expected_ms", Change(c => c with { Latency = new LatencyModel { ExpectedMs = -1 } }) },
        { "/timeout_ms", Change(c => c with { TimeoutMs = 0 }) },
        { "/timeout_ms", Change(c => c with { TimeoutMs = 86_400_001 }) },
        { "/failure_modes/0/code", Change(c => c with { FailureModes = [new() { Code = default }] }) },
        { "/failure_modes/0/code", Change(c => c with { FailureModes = [new() { Code = ErrorCodes.Ok }] }) },
        { "/failure_modes/1/code", Change(c => c with
            { FailureModes = [new() { Code = ErrorCodes.Timeout }, new() { Code = ErrorCodes.Timeout }] }) },
        { "/tags/0", Change(c => c with { Tags = [""] }) },
        { "/permissions/0", Change(c => c with { Permissions = [" "] }) },
    };

    [Theory]
    [MemberData(nameof(BrokenContracts), DisableDiscoveryEnumeration = true)]
    public void A_contract_that_breaks_a_rule_is_refused_by_its_place(string place, SkillContract contract)
    {
        Assert.False(SkillRegistry.TryCreate([new StubSkill(contract)], out var registry, out var problems));

        Assert.Null(registry);
        Assert.Equal($"/broken@1.0.0{place}", Assert.Single(problems).Pointer);
    }

    [Fact]
    public void Every_mistake_of_every_skill_is_named_at_once()
    {
        SkillRegistry.TryCreate(
            [StubSkill.Named("a", "1.0.0", c => c with { Description = "", TimeoutMs = 0 }),
                StubSkill.Named("b", "1.0.0", c => c with { Tags = [""] })],
            out _, out var problems);

        Assert.Equal(
            ["/a@1.0.0/description", "/a@1.0.0/timeout_ms", "/b@1.0.0/tags/0"], problems.Select(p => p.Pointer));
    }

    [Fact]
    public void A_skill_that_builds_its_contract_anew_is_refused()
    {
        Assert.False(SkillRegistry.TryCreate([new Forgetful()], out _, out var problems));

        Assert.Contains("keep it in a field", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_standard_http_call_can_be_registered()
    {
        using var skill = new HttpCallSkill(TimeProvider.System);

        Assert.Same(skill, Assert.Single(SkillRegistry.Create([skill]).All));
    }

    private static SkillRegistry Registry(params (string Name, string Version)[] skills) =>
        SkillRegistry.Create(skills.Select(skill => StubSkill.Named(skill.Name, skill.Version)));

    private static SkillContract Change(Func<SkillContract, SkillContract> change) =>
        StubSkill.Named("broken", "1.0.0", change).Contract;

    private static SkillExample Example(string input) => new() { Title = "t", Input = StubSkill.Json(input) };

    private static EffectRule Rule(EffectCase one) => new() { Cases = [one] };

    private sealed class Forgetful : ISkill
    {
        public SkillContract Contract => StubSkill.Named("a", "1.0.0").Contract;

        public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel) =>
            throw new NotSupportedException();
    }
}
