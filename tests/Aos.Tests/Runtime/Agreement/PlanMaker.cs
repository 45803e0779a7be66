using System.Globalization;
using System.Text;
using Aos.Contracts.Policies;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Testing.Runs;

namespace Aos.Tests.Runtime.Agreement;

/// <summary>Makes plans and their limits from a seed. The same seed makes the same plan on every machine.</summary>
internal sealed class PlanMaker(ulong seed)
{
    private static readonly string[] Names = ["pure", "read", "put", "send", "store", "paid", "dear", "slow"];

    private static readonly SkillShelf Shelf = SkillShelf.Empty
        .With(Skill("pure", EffectClass.Pure, 3)).With(Skill("read", EffectClass.Read, 120))
        .With(Skill("put", EffectClass.Idempotent, 80))
        .With(Skill("send", null, 60)).With(Skill("store", EffectClass.Transactional, 20))
        .With(Skill("paid", EffectClass.Read, 300, 10, 4)).With(Skill("dear", EffectClass.Read, 700, 50, 30))
        .With(Skill("slow", EffectClass.Read, 2_500));

    private ulong _state = seed;

    /// <summary>The scenario of the seed: a plan, its input, its limits and its policies.</summary>
    public RunScenario Make()
    {
        var plan = Plan();
        var scenario = RunScenario.Of(plan) with
        {
            Skills = Shelf,
            Input = """{"list":[1,2,3],"yes":true,"no":false,"who":"a@example.com"}""",
            RunId = RunId.Parse(string.Create(CultureInfo.InvariantCulture, $"run_{_state:x16}")),
            Policies = Policies(),
        };
        var allowed = Names.Where(_ => !OneIn(40)).Select(SkillRef.Parse).ToList();
        return scenario.Limited(contract => contract with
        {
            Skills = [.. allowed],
            Budget = Money.FromCents(Pick([2, 40, 120, 1_000, 100_000])),
            PerStep = OneIn(8) ? Money.FromCents(Pick([5, 20, 60])) : null,
            MaxParallelSteps = Pick([1, 2, 3, 64]),
            MaxAttempts = OneIn(12) ? Below(6) + 1 : 1_000,
            MaxRunMs = OneIn(12) ? 200 + 100 * Below(30) : 3_600_000,
            MaxEvents = OneIn(20) ? 5 + Below(30) : 51_200,
            MaxItems = OneIn(20) ? 2 : 100,
        });
    }

    private string Plan()
    {
        var text = new StringBuilder("""{"steps":[""");
        var count = 1 + Below(9);
        for (var i = 0; i < count; i++) text.Append(i == 0 ? "" : ",").Append(Step(i));
        return text.Append("""],"output":"steps.s0"}""").ToString();
    }

    private string Step(int index)
    {
        var earlier = index == 0 ? null : $"s{Below(index)}";
        var parts = new List<string> { $"\"id\":\"s{index}\"" };
        var waits = OneIn(10);
        if (waits)
            parts.Add(
                Pick(["\"wait\":{\"for_ms\":400}", "\"wait\":{\"signal\":\"go\",\"timeout_ms\":90000}",
                    "\"wait\":{\"for_ms\":1}"]));
        else parts.Add($"\"skill\":\"{Pick(Names)}\"");
        if (earlier is not null && OneIn(2)) parts.Add($"\"depends_on\":[\"{earlier}\"]");
        if (!waits) parts.Add($"\"input\":{Input(index, earlier)}");
        if (OneIn(7)) parts.Add($"\"when\":\"{Condition(earlier)}\"");
        if (OneIn(8)) parts.Add($"\"for_each\":\"{List(earlier)}\"");
        if (OneIn(3)) parts.Add(Pick([
            "\"on_failure\":\"continue\"", "\"on_failure\":\"abort\"",
            $"\"on_failure\":{{\"fallback\":{{\"skill\":\"{Pick(Names)}\",\"input\":{{\"again\":true}}}}}}"]));
        if (!waits && OneIn(12)) parts.Add(Pick(["\"approval\":{}", "\"approval\":{\"role\":\"boss\"}"]));
        if (!waits && OneIn(6)) parts.Add($"\"timeout_ms\":{Pick([50, 100, 1_000, 5_000])}");
        if (!waits && OneIn(5)) parts.Add($"\"retry\":{{\"max_attempts\":{1 + Below(3)}}}");
        return $"{{{string.Join(',', parts)}}}";
    }

    // Mostly what the plan knows; sometimes a result, which only the run has.
    private string Input(int index, string? earlier) => Below(earlier is null ? 3 : 6) switch
    {
        0 => "{}",
        1 => $"{{\"n\":{index},\"to\":\"${{input.who}}\"}}",
        2 => "{\"to\":\"b@example.org\"}",
        3 or 4 => $"{{\"data\":\"${{steps.{earlier}.result}}\"}}",
        _ => $"{{\"text\":\"It is ${{steps.{earlier}.result.n}}.\"}}",
    };

    private string Condition(string? earlier) => Below(earlier is null ? 2 : 5) switch
    {
        0 or 2 => "input.yes",
        1 => "input.no",
        3 => $"steps.{earlier}.status == 'success'",
        _ => $"steps.{earlier}.result.ok",
    };

    private string List(string? earlier) => Below(earlier is null ? 3 : 5) switch
    {
        0 or 3 => "input.list",
        1 => "`[]`",
        2 => "input.list[:1]",
        _ => $"steps.{earlier}.result.items",
    };

    private ValueList<Policy> Policies() => Below(8) switch
    {
        0 => [Rule("no_dear", RuleVerdict.Deny, new PolicyMatch { Skills = [SkillRef.Parse("dear")] })],
        1 => [Rule("ask_send", RuleVerdict.RequireApproval, new PolicyMatch { Effects = [EffectClass.Once] })],
        2 => [Rule(
            "not_out", RuleVerdict.Deny,
            new PolicyMatch { Input = [new InputCondition { Path = "/to", Like = ["*@example.org"] }] })],
        3 => [Rule(
            "large", RuleVerdict.Deny,
            new PolicyMatch { Input = [new InputCondition { Path = "/data/n", AtLeast = 9 }] })],
        _ => [],
    };

    private static Policy Rule(string name, RuleVerdict verdict, PolicyMatch match) => new()
    {
        Name = name,
        Version = 1,
        Rules = [new PolicyRule { Id = name, Verdict = verdict, Match = match }],
    };

    private static SkillContract Skill(
        string name, EffectClass? effect, int ms, decimal? worst = null, decimal expected = 0) =>
        SkillShelf.Empty.With($"{name}@1.0.0", effect, worst, expected).Resolve(SkillRef.Parse(name))! with
        {
            Latency = new LatencyModel { ExpectedMs = ms },
        };

    private bool OneIn(int times) => Below(times) == 0;

    private T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    private int Below(int bound) => (int)(Next() % (ulong)bound);

    // SplitMix64: small, and the same everywhere.
    private ulong Next()
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return z ^ z >> 31;
        }
    }
}
