using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Testing.Runs;

namespace Aos.Tests.Golden;

/// <summary>The runs that golden journals are recorded from: between them they have every rule of the kernel.</summary>
internal static class GoldenScenarios
{
    public static IReadOnlyDictionary<string, Func<ScriptedRun>> All { get; } =
        new SortedDictionary<string, Func<ScriptedRun>>(StringComparer.Ordinal)
        {
            ["retry"] = () =>
                ScriptedRun.Of(
                    RunScenario.Of(
                        """{"steps":[{"id":"a","skill":"read","input":{"q":"ü<&>","n":1.50}}],"output":"steps.a.result"}"""),
                new ScriptedWorld().On(
                    "a", ScriptedAnswer.Fail("HTTP_503"), ScriptedAnswer.Fail("RATE_LIMITED").AskingToWait(2_500),
                    ScriptedAnswer.Ok("""{"x":1e400}"""))),
            ["fallback"] = () => ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"put","on_failure":{"fallback":{"skill":"paid","input":{"b":true}}}},
                      {"id":"b","skill":"read","on_failure":"continue"},{"id":"c","skill":"pure","input":{"code":"${steps.b.code}"}}]}
            """), new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_404")).On("a!", ScriptedAnswer.Ok().Costing(3)).On("b", ScriptedAnswer.Fail("OWN_CODE"))),
            ["for_each"] = () => ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"put","for_each":"input.list","when":"item != `2`","input":{"x":"${item}","at":"${index}"},"on_failure":"continue"},
                      {"id":"none","skill":"read","for_each":"`[]`"}],"output":"steps.a.result"}
            """) with { Input = """{"list":[1,2,3,"x"]}""" }, new ScriptedWorld().On("a[2]", ScriptedAnswer.Fail("HTTP_422"))),
            ["approval_with_edit"] = () => ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"send","approval":{"role":"boss","reason":"money"},"input":{"to":"ada"}},
                      {"id":"b","skill":"send","approval":{"expires_in_ms":5000},"on_failure":"continue"}]}
            """), new ScriptedWorld().Decides("a", new ScriptedDecision(true, Payload.FromUtf8("""{"to":"bob"}"""u8.ToArray())))
                    .Decides("b", new ScriptedDecision(true, DelayMs: 6_000))),
            ["rejected"] = () =>
                ScriptedRun.Of(
                    RunScenario.Of("""{"steps":[{"id":"a","skill":"send","approval":{}},{"id":"b","skill":"read","depends_on":["a"]}]}"""),
                new ScriptedWorld().Decides("a", new ScriptedDecision(false))),
            ["unknown_outcome_settled"] = Settled,
            ["cancelled"] = Cancelled,
            ["budget_stop"] = () =>
                ScriptedRun.Of(
                    RunScenario.Of(
                        """{"steps":[{"id":"a","skill":"paid"},{"id":"b","skill":"paid","depends_on":["a"]}]}""")
                .Limited(c => c with { Budget = Money.FromCents(15) }),
                    new ScriptedWorld().On("a", ScriptedAnswer.Ok().Costing(7))),
            ["sleep"] = () => ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","wait":{"for_ms":60000}},{"id":"b","wait":{"until":"${input.when}"}},{"id":"c","skill":"read","depends_on":["a","b"]}],"output":"steps.b.result"}
            """) with { Input = """{"when":"2026-01-02T05:04:35.25+01:00"}""" }),
            ["signal"] = Signalled,
            ["planner"] =
            () => ScriptedRun.Of(RunScenario.OfGoal("do it", PlannerMode.Iterative), new ScriptedWorld().Plans(
            ScriptedPlan.Of("""{"steps":[{"id":"a","skill":"read"}]}""") with { Cost = Money.FromCents(1) },
            ScriptedPlan.Of(
                """{"steps":[{"id":"b","skill":"pure","input":{"x":"${steps.a.result}"}}],"output":"steps.b.status"}"""), ScriptedPlan.Done)),
            ["planner_repairs"] = PlannerRepairs,
            ["crash"] = Crashed,
            ["policies"] = UnderPolicies,
            ["fork"] = Forked,
            ["rates"] = UnderRates,
            ["ways"] = () => ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"quoted","input":{"q":1}},{"id":"b","skill":"pure","input":{"x":"${steps.a.result}"}}]}
            """), new ScriptedWorld().On("a", ScriptedAnswer.Fail("ANSWER_INVALID").Costing(1), ScriptedAnswer.Fail("RATE_LIMITED"), ScriptedAnswer.Ok() with { Tainted = true })
                    .Quotes(
                        "a", Facts.Quoted(
                            "a", 1, Facts.Way("large", 500), Facts.Way("good", 6, "budget"),
                            Facts.Way("cheap", 2, "transient")))),
            ["run_timeout"] =
            () => ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"a","skill":"send"},{"id":"b","skill":"read"}]}""")
            .Limited(c => c with { MaxRunMs = 5_000 }),
                new ScriptedWorld().On("a", ScriptedAnswer.Ok().After(20_000))
                    .On("b", ScriptedAnswer.Fail("HTTP_503"))),
        };

    private static ScriptedRun Settled()
    {
        var run = new ScriptedRun(RunScenario.Of("""{"steps":[{"id":"a","skill":"send"},{"id":"b","skill":"send"}]}"""),
            new ScriptedWorld().On("a", ScriptedAnswer.Fail("HTTP_500"), ScriptedAnswer.Ok())
                .On("b", ScriptedAnswer.Fail("CONNECTION_RESET"))).Submit();
        run.Go(r => r.State.WaitingFor == WaitReason.UnknownOutcome);
        run.Feed(Facts.Settled("a", happened: false));
        run.Feed(
            Facts.Settled("b", happened: true) with
            {
                Result = Payload.FromUtf8("[1]"u8.ToArray()),
                Reason = "looked"
            });
        return run.Go();
    }

    private static ScriptedRun Cancelled()
    {
        var run = new ScriptedRun(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"send"},{"id":"c","wait":{"signal":"never"}}]}"""),
            new ScriptedWorld().On("b", ScriptedAnswer.Ok().After(60_000))).Submit();
        run.Feed(Facts.Cancel());
        return run.Go();
    }

    private static ScriptedRun Signalled()
    {
        var run = new ScriptedRun(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read"},{"id":"early","wait":{"signal":"s"},"depends_on":["a"]},{"id":"late","wait":{"signal":"s"},"depends_on":["early"]},
                      {"id":"never","wait":{"signal":"t","timeout_ms":5000},"on_failure":"continue"}],"output":"[steps.early.result, steps.late.result]"}
            """)).Submit();
        run.Feed(Facts.Signal("s", """{"n":1}""", key: "k"));
        run.Go(r => r.State.WaitingFor == WaitReason.Signal && r.State.Steps[1].IsEnded);
        run.Feed(Facts.Signal("s", """{"n":1}""", key: "k"));
        run.Feed(Facts.Signal("s", "\"two\""));
        return run.Pass(TimeSpan.FromSeconds(6));
    }

    private static ScriptedRun PlannerRepairs()
    {
        var scenario =
            RunScenario.OfGoal("do it", PlannerMode.Iterative).Limited(c => c with { MaxPlanRepairs = 2 }) with
            {
                Planning = new PlanningTerms
                {
                    WorstCost = Money.FromCents(5),
                    ExpectedCost = Money.FromCents(1),
                    ExpectedLatencyMs = 900,
                    MaxRepairs = 3
                },
            };
        var run = new ScriptedRun(scenario, new ScriptedWorld()
            .Plans(
                ScriptedPlan.Fail("PLANNER_INVALID_PLAN") with { Cost = Money.FromCents(1.5m) },
                ScriptedPlan.Fail("RATE_LIMITED") with { RetryAfterMs = 3_000 },
                ScriptedPlan.Done, // Its answer gets lost.
                ScriptedPlan.Of("""{"steps":[{"id":"a","skill":"put"},{"id":"b","skill":"read","depends_on":["a"]},{"id":"c","wait":{"for_ms":9000}}]}"""),
                ScriptedPlan.Fail("HTTP_503"),
                ScriptedPlan.Of("""{"steps":[{"id":"d","skill":"pure","input":{"why":"${steps.a.code}"}}]}"""),
                ScriptedPlan.Done with
                {
                    Output =
                        Payload.FromUtf8("""{"d":"${steps.d.status}","said":"it was ${steps.a.code}"}"""u8.ToArray())
                })
            .On("a", ScriptedAnswer.Fail("HTTP_404"))).Submit();
        run.Go(r => r.State.PlannerRounds == 3);
        run.Crash();
        return run.Go();
    }

    private static ScriptedRun Crashed()
    {
        var run = new ScriptedRun(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"put"},{"id":"c","skill":"send","on_failure":"continue"}]}""")).Submit();
        run.Crash();
        run.Crash();
        return run.Go();
    }

    // A slot at once, one ahead, one too late; and a question that nobody answers any more.
    private static ScriptedRun UnderRates()
    {
        var run = new ScriptedRun(RunScenario.Of("""
            {"steps":[{"id":"now","skill":"read"},{"id":"later","skill":"read","depends_on":["now"]},
                      {"id":"late","skill":"put","on_failure":{"fallback":{"skill":"read"}},"depends_on":["now"]},
                      {"id":"free","skill":"pure","for_each":"[`1`,`2`]","depends_on":["later"]}]}
            """).Limited(c => c with
        {
            Rates =
            [
                new RateLimit { Skill = SkillRef.Parse("read"), Calls = 2, PerSeconds = 60, Scope = RateScope.Agent },
                new RateLimit
                {
                    Skill = SkillRef.Parse("put@1"),
                    Calls = 1,
                    PerSeconds = 3_600,
                    Scope = RateScope.Tenant
                },
            ],
            MaxRunMs = 600_000,
        }), new PacedWorld()).Submit();
        run.Crash();
        return run.Go();
    }

    private sealed class PacedWorld : ScriptedWorld
    {
        public override TimeSpan Slot(Aos.Kernel.Runs.Effect.BookSlot book) =>
            TimeSpan.FromSeconds(book.Rates[0].Calls == 1 ? 3_600
            : book.Call.Step.Value == "later" ? 59.5 : 0);
    }

    private static ScriptedRun UnderPolicies()
    {
        var run = new ScriptedRun(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"send","input":{"to":"x"}},{"id":"b","skill":"put","on_failure":"continue"},
                      {"id":"c","skill":"read","for_each":"[`1`,`2`,`3`]","on_failure":"continue","depends_on":["a"]},
                      {"id":"d","skill":"send","approval":{"role":"owner"},"on_failure":"continue","depends_on":["c"]}]}
            """) with
        {
            RequestedBy = "ann",
            Policies =
            [
                AosJson.Read<Policy>("""
                    {"policy":"calm","version":2,"rules":[{"id":"no-puts","verdict":"deny","match":{"skills":["put@1"]}},
                      {"id":"few","verdict":"limit","limit":{"max_calls":2},"match":{"effects":["read"]}}]}
                    """u8),
                AosJson.Read<Policy>("""
                    {"policy":"out","version":1,"rules":[{"id":"ask","verdict":"require_approval","match":{"input":[{"path":"/to","present":true}]},
                      "approval":{"role":"owner","quorum":2,"reason_required":true,"escalate":{"after_ms":60000,"role":"boss"}}}]}
                    """u8),
            ],
        }).Submit();
        run.Feed(new RunEvent.TimeReached { At = run.State.NextWake!.Value });
        Decide(run, "bob", "owner", input: null);
        Decide(run, "cleo", "boss", """{"to":"y"}""");
        Decide(run, "bob", "owner", input: null);
        run.Go(r => r.State.WaitingFor == WaitReason.Approval);
        run.Feed(new RunEvent.PolicyTightened
        {
            At = run.State.LastAt,
            Policy = AosJson.Read<Policy>(
                """{"policy":"stop","version":1,"rules":[{"id":"sends","verdict":"deny","match":{"skills":["send"]}}]}"""u8),
            By = "dora",
            Reason = "incident",
        });
        return run.Go();
    }

    private static void Decide(ScriptedRun run, string subject, string role, string? input) =>
        run.Feed(new RunEvent.ApprovalDecided
        {
            At = run.State.LastAt.AddSeconds(1),
            ApprovalId = run.State.Steps[0].Calls[0].Approval!.ApprovalId,
            Approved = true,
            By = subject,
            Reason = "looked",
            Input = input is null ? null : Payload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(input)),
            Principal = new Principal { Subject = subject, Roles = [role] },
        });

    private static ScriptedRun Forked()
    {
        var run = new ScriptedRun(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"send","depends_on":["a"],"on_failure":"continue"},{"id":"c","skill":"put"}]}""")).Submit();
        run.Go(r => r.State.Step(StepId.Parse("a"))!.IsEnded);
        run.Feed(
            Facts.Forked(run.State.Submitted!, run.State.Seq) with
            {
                Input = Payload.FromUtf8("""{"x":1}"""u8.ToArray()),
                Reason = "another way"
            });
        return run.Go();
    }
}
