using System.Globalization;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Runs;
using Aos.Runtime.Skills;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>The skills, plans and rules of the runs that are crashed. Each call is noted as it reaches the
/// world.</summary>
internal static class CrashWorld
{
    private const int LargeBytes = 300_000;

    private static readonly Payload AnyObject = Payload.FromUtf8("""{"type":"object"}"""u8.ToArray());

    /// <summary>Waits of a millisecond where the built-in catalog has seconds.</summary>
    private static readonly FailureCatalog Quick = BuiltInCatalog.Instance with
    {
        Version = "crashes",
        Entries = ValueList.From(BuiltInCatalog.Instance.Entries.Select(
            entry => entry.Retry is { InitialMs: > 0 } rule
                ? entry with { Retry = rule with { InitialMs = 1, MaxMs = 1 } } : entry)),
    };

    private static readonly AgentProfile Profile = new()
    {
        AgentId = "crasher",
        Skills = [.. ((string[])["pure", "read", "put", "send", "large"]).Select(name => SkillRef.Parse($"{name}@1"))],
    };

    /// <summary>Every class of effect, one after the other, and a value too large for the journal.</summary>
    public static RunRequest Mixed(string name) => Request(name, """
        { "steps": [
          { "id": "a", "skill": "pure@1", "input": { "n": 1 } },
          { "id": "b", "skill": "send@1", "input": { "n": "${steps.a.result.n}" } },
          { "id": "c", "skill": "put@1", "input": { "n": "${steps.b.result.n}" } },
          { "id": "d", "skill": "send@1", "input": { "n": "${steps.c.result.n}" } },
          { "id": "e", "skill": "read@1", "input": { "n": "${steps.d.result.n}" } } ],
          "output": "steps.e.result.n" }
        """);

    /// <summary>A value that is kept as a blob.</summary>
    public static RunRequest Large(string name) => Request(name, """
        { "steps": [ { "id": "a", "skill": "large@1" }, { "id": "b", "skill": "send@1", "depends_on": ["a"] } ] }
        """);

    /// <summary>A call that a person allows first.</summary>
    public static RunRequest Asking(string name) => Request(name, """
        { "steps": [ { "id": "a", "skill": "send@1", "approval": {} }, { "id": "b", "skill": "send@1", "depends_on": ["a"] } ] }
        """);

    /// <summary>A runtime over a store, whose calls are noted.</summary>
    public static AosRuntime Runtime(IStore store, Ledger ledger) => new(new AosRuntimeParts
    {
        Store = store,
        Catalog = Quick,
        Skills = SkillRegistry.Create(
        [
            new Skill(Of("pure", EffectClass.Pure), ledger), new Skill(Of("read", EffectClass.Read), ledger),
            new Skill(Of("put", EffectClass.Idempotent), ledger), new Skill(Of("send", EffectClass.Once), ledger),
            new Skill(Of("large", EffectClass.Read), ledger),
        ]),
    });

    private static RunRequest Request(string name, string plan) =>
        new()
        {
            Plan = AosJson.Read<Plan>(System.Text.Encoding.UTF8.GetBytes(plan)),
            Profile = Profile,
            IdempotencyKey = name
        };

    private static SkillContract Of(string name, EffectClass effect) => new()
    {
        Name = SkillName.Parse(name),
        Version = SkillVersion.Parse("1.0.0"),
        Description = $"The skill {name} of the crash tests.",
        InputSchema = AnyObject,
        OutputSchema = AnyObject,
        Effect = effect == EffectClass.Once ? null : new EffectRule { Default = effect },
    };

    private sealed class Skill(SkillContract contract, Ledger ledger) : ISkill
    {
        public SkillContract Contract => contract;

        public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
        {
            ledger.Note(
                "arrived", call.IdempotencyKey, contract.Name.Value, call.RunId!.Value.Value, call.StepId!.Value.Value);
            var filler = contract.Name.Value == "large" ? new string('x', LargeBytes) : "";
            return ValueTask.FromResult(SkillResult.Success(Payload.FromUtf8(
                System.Text.Encoding.UTF8.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $$"""{"n":2,"filler":"{{filler}}"}""")))));
        }
    }
}
