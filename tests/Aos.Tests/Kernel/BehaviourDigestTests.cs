using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Values;
using Aos.Kernel.Replay;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Runs whose worlds answer alike have equal digests.</summary>
public sealed class BehaviourDigestTests
{
    private const string Plan = """
        {"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"paid"},{"id":"c","skill":"put","for_each":"[`1`,`2`]"},
                  {"id":"d","skill":"pure","depends_on":["a","b","c"],"on_failure":{"fallback":{"skill":"read"}}}]}
        """;

    private static Digest Of(
        Func<ScriptedWorld, ScriptedWorld>? world = null, Func<RunScenario, RunScenario>? scenario = null)
    {
        var answers =
            new ScriptedWorld().On("b", ScriptedAnswer.Fail("HTTP_503").Costing(1), ScriptedAnswer.Ok().Costing(2));
        return ScriptedRun.Of(
            scenario?.Invoke(RunScenario.Of(Plan)) ?? RunScenario.Of(Plan), world?.Invoke(answers) ?? answers)
            .Report.BehaviourDigest!.Value;
    }

    [Fact]
    public void Order_of_answers_times_jitter_and_run_do_not_matter()
    {
        Assert.Equal(
            Of(), Of(w => w.On("a", ScriptedAnswer.Ok().After(5_000)).On("c[0]", ScriptedAnswer.Ok().After(300))));
        Assert.Equal(
            Of(), Of(scenario: s => s with { Start = s.Start.AddYears(1), RunId = RunId.Parse("run_99999999") }));
        Assert.Equal(Of(), Of(scenario: s => s.Limited(c => c with { MaxParallelSteps = 1 })));
    }

    [Fact]
    public void What_the_run_did_matters()
    {
        Digest[] all =
        [
            Of(),
            Of(w =>
                w.On("b", ScriptedAnswer.Fail("HTTP_502").Costing(1), ScriptedAnswer.Ok().Costing(2))), // another code
            Of(w =>
                w.On("b", ScriptedAnswer.Fail("HTTP_503").Costing(1), ScriptedAnswer.Ok().Costing(3))), // another cost
            Of(w => w.On("b", ScriptedAnswer.Ok().Costing(3))), // fewer attempts
            Of(w => w.On("c", ScriptedAnswer.Ok().Changing("file", "x"))), // a side effect
            Of(w => w.On("c", ScriptedAnswer.Ok().Changing("file", "y"))), // another target
            Of(w =>
                w.On("a", ScriptedAnswer.Fail("RATE_LIMITED").AskingToWait(10),
                    ScriptedAnswer.Ok())), // another rule of backoff
            Of(w =>
                w.On("a", ScriptedAnswer.Fail("RATE_LIMITED").AskingToWait(11),
                    ScriptedAnswer.Ok())), // another wait asked
            Of(w => w.On("d", ScriptedAnswer.Fail("HTTP_404"))), // a fallback
            Of(w =>
                w.On("d", ScriptedAnswer.Fail("HTTP_404")).On("d!", ScriptedAnswer.Fail("HTTP_404"))), // a failed run
            Of(scenario: s =>
                s.WithSkills(
                    shelf => shelf.With("read@1.1.0", Aos.Contracts.Skills.EffectClass.Read))), // another version
            Of(scenario: s =>
                s with
                {
                    Plan = RunScenario.ReadPlan(
                        Plan.Replace("\"c\",\"skill\":\"put\"", "\"c\",\"skill\":\"store\"", StringComparison.Ordinal))
                }), // another skill and class
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void The_digest_is_the_hash_of_the_canonical_json_of_the_documented_fields()
    {
        var run = ScriptedRun.Of(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"paid"},{"id":"b","skill":"put","for_each":"[`1`]"}]}"""),
            new ScriptedWorld()
                .On("a", ScriptedAnswer.Fail("HTTP_503").Costing(0.0000001m), ScriptedAnswer.Ok().Costing(2.5m))
                .On("b", ScriptedAnswer.Ok().Changing("file", "ü<😀>")));

        var expected = JsonElement.Parse("""
            {"status":"completed","code":"OK","cost_cents":2.5000001,"steps":[
              {"step_id":"a","status":"success","code":"OK","calls":[{"status":"success","code":"OK","attempts":[
                {"skill":"paid","skill_version":"1.0.0","effect":"read","fallback":false,"status":"failure","code":"HTTP_503",
                 "cost_cents":1e-7,"reserved_cents":10,"side_effects":[],"retry":{"rule":"exponential","bound_ms":1000}},
                {"skill":"paid","skill_version":"1.0.0","effect":"read","fallback":false,"status":"success","code":"OK",
                 "cost_cents":2.5,"reserved_cents":10,"side_effects":[]}]}]},
              {"step_id":"b","status":"success","code":"OK","calls":[{"item":0,"status":"success","code":"OK","attempts":[
                {"skill":"put","skill_version":"1.0.0","effect":"idempotent","fallback":false,"status":"success","code":"OK",
                 "cost_cents":0,"reserved_cents":0,"side_effects":[{"type":"file","target":"ü<😀>","reversible":false}]}]}]}]}
            """);
        Assert.Equal($"sha256:{CanonicalJson.Sha256Hex(expected)}", run.Report.BehaviourDigest!.Value.Value);
    }

    [Fact]
    public void A_lost_attempt_is_part_of_what_the_run_did()
    {
        var run = new ScriptedRun(RunScenario.Of(Plan)).Submit();
        run.Crash();

        Assert.NotEqual(Of(), run.Go().Report.BehaviourDigest!.Value);
    }

    [Fact]
    public void The_documented_fields_are_those_that_are_hashed() => Assert.Equal(
        [
            "attempt.code", "attempt.cost_cents", "attempt.effect", "attempt.fallback", "attempt.reserved_cents",
            "attempt.side_effects",
            "attempt.skill", "attempt.skill_version", "attempt.status", "attempt.way", "call.code", "call.item",
            "call.status", "retry.bound_ms", "retry.rule",
            "run.code", "run.cost_cents", "run.status", "step.code", "step.status", "step.step_id", "wait.for_ms",
            "wait.signal",
        ],
        BehaviourDigest.Fields.Order(StringComparer.Ordinal));
}
