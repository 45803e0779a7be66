using Aos.Contracts.Values;
using Aos.Kernel.Policies;

namespace Aos.Tests.Policies;

/// <summary>The evaluator of the kernel against one that was written from the documentation.</summary>
public sealed class PolicyAgreementTests
{
    private const int Sets = 20_000;
    private const int CallsOfEach = 50;

    [Fact]
    public void The_kernel_and_the_reference_agree_on_a_million_random_calls()
    {
        var verdicts = new Dictionary<string, int>(StringComparer.Ordinal);
        var gate = new Lock();
        Parallel.For(0, Sets, new ParallelOptions { MaxDegreeOfParallelism = 2 }, set =>
        {
            var gen = new PolicyGen((ulong)set);
            var policies = gen.Policies();
            var compiled = PolicySet.Compile(ValueList.From(policies), ValueList.From(PolicyGen.Zones))!;
            var used = gen.Used(policies);
            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < CallsOfEach; i++)
            {
                var call = gen.Call();
                var expected = ReferenceJudge.Judge(policies, call, used, PolicyGen.Zones);

                var found = compiled.Judge(call, used);

                var verdict = found.IsDenied ? "deny" : found.Approvals.IsEmpty ? "allow" : "ask";
                if (verdict != expected.Verdict
                    || !expected.Rules.SetEquals(found.Applied.Select(rule => $"{rule.Policy}/{rule.Rule}")))
                    Assert.Fail($"Set {set}, call {i}: expected {expected.Verdict} by {string.Join(", ", expected.Rules)}, found {verdict} by "
                        + $"{string.Join(", ", found.Applied.Select(rule => $"{rule.Policy}/{rule.Rule}"))}.\n{call}\n"
                        + string.Join('\n', policies.Select(Aos.Contracts.AosJson.WriteIndented)));
                seen[verdict] = seen.GetValueOrDefault(verdict) + 1;
            }
            lock (gate)
                foreach (var (verdict, count) in seen) verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + count;
        });

        // A generator that hardly ever denies or asks would prove little.
        Assert.Equal(Sets * CallsOfEach, verdicts.Values.Sum());
        Assert.All(
            (string[])["allow", "ask", "deny"],
            verdict => Assert.InRange(verdicts[verdict], Sets * CallsOfEach / 20, Sets * CallsOfEach));
    }

    [Fact]
    public void What_is_not_known_yet_is_denied_only_where_every_value_would_be()
    {
        // A call whose address or member is unknown: whatever it turns out to be, a denial for sure must still hold.
        for (var set = 0; set < 2_000; set++)
        {
            var gen = new PolicyGen((ulong)set + 1_000_000);
            var policies = gen.Policies();
            var compiled = PolicySet.Compile(ValueList.From(policies), ValueList.From(PolicyGen.Zones))!;
            for (var i = 0; i < 20; i++)
            {
                var call = gen.Call();
                var unknown = call with
                {
                    Input = WithNull(call.Input, "url"),
                    HasUnknown = true,
                    At = null,
                    Tainted = null,
                    Effect = null
                };

                var before = compiled.Judge(unknown, new Dictionary<string, RuleUse>());
                var then = compiled.Judge(call, new Dictionary<string, RuleUse>());

                if (before.IsDenied) Assert.True(then.IsDenied, $"Set {set}, call {i}");
                // And where nothing is uncertain, nothing else can come of it.
                if (before.Applied.All(rule => rule.Uncertain != true)) Assert.Equal(before.IsDenied, then.IsDenied);
            }
        }
    }

    [Fact]
    public void One_more_policy_never_permits_what_was_denied_before()
    {
        for (var set = 0; set < 3_000; set++)
        {
            var gen = new PolicyGen((ulong)set + 2_000_000);
            var policies = gen.Policies();
            var before = PolicySet.Compile(ValueList.From(policies), ValueList.From(PolicyGen.Zones))!;
            var after = PolicySet.With(before, gen.Policies()[0] with { Name = "later" }, []);
            for (var i = 0; i < 20; i++)
            {
                var call = gen.Call();
                var (first, second) =
                    (before.Judge(call, new Dictionary<string, RuleUse>()),
                        after.Judge(call, new Dictionary<string, RuleUse>()));
                Assert.True(!first.IsDenied || second.IsDenied);
                Assert.True(second.IsDenied || second.Approvals.Length >= first.Approvals.Length);
            }
        }
    }

    private static Payload WithNull(Payload input, string member)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(input.Utf8.Span)!;
        node[member] = null;
        return Payload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(node.ToJsonString()));
    }
}
