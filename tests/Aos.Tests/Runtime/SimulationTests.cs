using System.Text;
using Aos.Contracts.Agents;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;
using CsCheck;

namespace Aos.Tests.Runtime;

public sealed class SimulationTests
{
    private static readonly string[] Names = ["pure", "read", "put", "send", "paid"];

    private static readonly int[] Budgets = [0, 13, 26, 10_000];

    private static readonly Gen<(int Skill, int Shape, bool After)[]> Plans =
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 5], Gen.Bool).Array[1, 8];

    [Fact]
    public async Task Rates_make_calls_wait_and_fail_those_that_find_no_slot_in_time()
    {
        await using var bench = new RuntimeBench();
        var limits =
            new LimitSpec { Rates = [new RateLimit { Skill = SkillRef.Parse("read"), Calls = 2, PerSeconds = 60 }] };
        var request =
            bench.Plan("""{"steps":[{"id":"a","skill":"read","for_each":"input.list"}]}""", """{"list":[1,2,3,4,5]}""");

        var wide =
            (await bench.Runtime.SimulateAsync(
                request with { Profile = bench.Profile with { Limits = limits } }, CancellationToken.None)).Value!;
        var narrow = (await bench.Runtime.SimulateAsync(
            request with { Profile = bench.Profile with { Limits = limits with { MaxRunSeconds = 100 } } },
            CancellationToken.None)).Value!;

        // Two at once, two after a minute, the last after two; each takes 100 ms.
        Assert.Equal((true, 120_100d), (wide.Feasible, wide.EstimatedLatencyMs));
        Assert.Equal(["a:RATE_WAIT"], wide.Risks.Select(risk => $"{risk.StepId}:{risk.Code}"));
        Assert.Equal((false, "RATE_EXCEEDED"), (narrow.Feasible, narrow.Code!.Value.Value));
        Assert.Equal(["a:RATE_EXCEEDED"], narrow.LimitsHit.Select(hit => $"{hit.StepId}:{hit.Code}"));
        Assert.Empty(await bench.MemoryOf().ListRecordsAsync("rate", "local", null, 10, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_foreseen_is_what_a_world_does_that_follows_the_estimates() =>
        await Gen.Select(Plans, Gen.Int[0, 3].Select(i => Budgets[i])).SampleAsync(async (shape, budget) =>
        {
            await using var bench = new RuntimeBench();
            foreach (var skill in bench.Skills.OfType<ScriptedSkill>())
                skill.Answers(TwinAnswer.Ok("{}", skill.Contract.Cost?.Expected.Cents ?? 0));
            var request = bench.Plan(PlanOf(shape), """{"list":[1,2],"yes":true,"no":false}""") with
            {
                Budget = Money.FromCents(budget),
                // Where money runs out, what else was begun by then is a matter of speed, unless one comes after the
                // other.
                Profile = bench.Profile with
                {
                    Limits = new LimitSpec { MaxParallelSteps = budget < 10_000 ? 1 : null },
                    Budget = new BudgetSpec { PerRun = Money.FromCents(10_000) }
                },
            };
            var foreseen = (await bench.Runtime.SimulateAsync(request, CancellationToken.None)).Value!;
            Assert.All(bench.Skills.OfType<ScriptedSkill>(), skill => Assert.Empty(skill.Calls));
            var report = await bench.RunAsync(request);

            Assert.Equal(report.Code, foreseen.Code);
            Assert.Equal(report.Steps.Select(step => (step.StepId, step.Status, step.Code)),
                foreseen.Steps.Select(step => (step.StepId, step.Status, step.Code)));
            Assert.Equal(report.Cost, foreseen.EstimatedCost);
            Assert.Equal(report.Status == RunStatus.Completed, foreseen.Feasible);
            if (foreseen.BudgetOk) Assert.Equal(RunStatus.Completed, report.Status);
        }, iter: 200, threads: 1);

    [Fact]
    public async Task What_is_not_known_before_is_a_risk_and_never_a_guess()
    {
        await using var bench = new RuntimeBench();
        var slow = new ScriptedSkill(
            bench.Read.Contract with
            {
                Name = SkillName.Parse("slow"),
                Latency = new LatencyModel { ExpectedMs = 5_000 }
            }, bench.Time);
        bench.Skills.Add(slow);
        var simulation = (await bench.Runtime.SimulateAsync(bench.Plan("""
            {"steps":[
              {"id":"a","skill":"read"},
              {"id":"b","skill":"paid","for_each":"steps.a.result.list","input":{"x":"${item}"}},
              {"id":"c","skill":"send","when":"steps.a.result.ok","depends_on":["b"],"approval":{"role":"boss"}},
              {"id":"d","skill":"slow","timeout_ms":1000,"retry":{"max_attempts":1},"on_failure":"continue"}]}
            """), CancellationToken.None)).Value!;
        Assert.True(simulation.Feasible);
        Assert.False(simulation.BudgetOk); // A thousand items, four tries each, could cost 10 cents each.
        Assert.Equal(
            ["b:UNKNOWN_LIST", "c:ONCE_EFFECT", "c:UNKNOWN_CONDITION", "d:LIKELY_TIMEOUT", ":ATTEMPTS_WORST_CASE",
                ":BUDGET_WORST_CASE"],
            simulation.Risks.Select(risk => $"{risk.StepId}:{risk.Code}")
                .OrderBy(text => text[0] == ':' ? "z" : text, StringComparer.Ordinal));
        Assert.Equal(["c needs role 'boss'"], simulation.ApprovalsNeeded);
        Assert.Equal(Money.FromCents(4), simulation.EstimatedCost);
        Assert.Equal(Money.FromCents(10) * 1_000, simulation.WorstCost);
        Assert.Equal("TIMEOUT", simulation.Steps.Single(step => step.StepId.Value == "d").Code!.Value.Value);
    }

    [Fact]
    public async Task Waits_are_foreseen_along_the_critical_path_and_what_is_unknown_about_them_is_a_risk()
    {
        await using var bench = new RuntimeBench();
        var simulation = (await bench.Runtime.SimulateAsync(bench.Plan("""
            {"steps":[
              {"id":"nap","wait":{"for_ms":5000}},
              {"id":"a","skill":"read","depends_on":["nap"]},
              {"id":"paid","wait":{"signal":"payment","timeout_ms":60000}},
              {"id":"later","wait":{"until":"${steps.a.result.when}"}}]}
            """), CancellationToken.None)).Value!;
        Assert.True(simulation.Feasible);
        Assert.Equal(5_100, simulation.EstimatedLatencyMs); // The skill says nothing of its time: 100 ms.
        Assert.Equal(
            ["paid:SIGNAL_TIME", "later:UNKNOWN_WAIT"], simulation.Risks.Select(risk => $"{risk.StepId}:{risk.Code}"));
        Assert.Equal([(0d, 5_000d, null), (5_000d, 100d, null), (0d, 0d, 60_000d), (5_100d, 0d, (double?)null)],
            simulation.Steps.Select(step => (step.StartMs, step.LatencyMs, step.WorstLatencyMs)));
        Assert.Equal([null, "read@1.0.0", null, null], simulation.Steps.Select(step => step.Skill?.Value));
        Assert.Equal("payment", simulation.Steps[2].Wait!.Signal!.Value.Value);
    }

    [Fact]
    public async Task The_critical_path_is_the_steps_that_the_time_is_made_of()
    {
        await using var bench = new RuntimeBench();
        bench.Skills.Add(
            new ScriptedSkill(
                bench.Read.Contract with
                {
                    Name = SkillName.Parse("slow"),
                    Latency = new LatencyModel { ExpectedMs = 900 }
                }, bench.Time));
        var request = bench.Plan("""
            {"steps":[
              {"id":"a","skill":"read"},
              {"id":"b","skill":"slow"},
              {"id":"c","skill":"read","depends_on":["a"]},
              {"id":"d","skill":"read","depends_on":["b","c"]}]}
            """);
        var wide = (await bench.Runtime.SimulateAsync(request, CancellationToken.None)).Value!;
        Assert.Equal((1_000, "b d"), (wide.EstimatedLatencyMs, string.Join(' ', wide.CriticalPath)));

        // Of one at a time, each waits for the one whose place it takes.
        var narrow = request with { Profile = bench.Profile with { Limits = new LimitSpec { MaxParallelSteps = 1 } } };
        var queue = (await bench.Runtime.SimulateAsync(narrow, CancellationToken.None)).Value!;
        Assert.Equal((1_200, "a b c d"), (queue.EstimatedLatencyMs, string.Join(' ', queue.CriticalPath)));
    }

    [Fact]
    public async Task Limits_that_are_hit_are_named_and_attempts_are_counted_to_the_worst()
    {
        await using var bench = new RuntimeBench();
        bench.Skills.Add(
            new ScriptedSkill(
                bench.Read.Contract with
                {
                    Name = SkillName.Parse("slow"),
                    Latency = new LatencyModel { ExpectedMs = 900 }
                }, bench.Time));
        var simulation = (await bench.Runtime.SimulateAsync(bench.Plan("""
            {"steps":[
              {"id":"a","skill":"slow","timeout_ms":100,"retry":{"max_attempts":2},"on_failure":"continue"},
              {"id":"b","skill":"read","for_each":"input.list","retry":{"max_attempts":3},"on_failure":{"fallback":{"skill":"pure"}}},
              {"id":"c","skill":"paid","on_failure":"continue"}]}
            """, """{"list":[1,2]}""") with { Budget = Money.FromCents(9) }, CancellationToken.None)).Value!;

        Assert.Equal(
            ["c:BUDGET_EXCEEDED", "a:TIMEOUT"], simulation.LimitsHit.Select(hit => $"{hit.StepId}:{hit.Code}"));
        Assert.Contains("900 ms", simulation.LimitsHit[1].Message, StringComparison.Ordinal);
        // Two of a, one of each item of b. At worst: 2 of a; 3 of each item of b and of its fallback; 4 of c.
        Assert.Equal((4, 2 + 12 + 4), (simulation.EstimatedAttempts, simulation.WorstAttempts));
        Assert.Equal([(2, 2L, null), (2, 12L, 2), (0, 4L, (int?)null)],
            simulation.Steps.Select(step => (step.Attempts, step.WorstAttempts, step.Items)));
    }

    [Fact]
    public async Task A_call_that_nobody_could_settle_is_not_foreseen_to_go_on()
    {
        await using var bench = new RuntimeBench();
        bench.Skills.Add(
            new ScriptedSkill(
                bench.Send.Contract with
                {
                    Name = SkillName.Parse("slow"),
                    Latency = new LatencyModel { ExpectedMs = 900 }
                }, bench.Time));
        var simulation = (await bench.Runtime.SimulateAsync(
            bench.Plan("""{"steps":[{"id":"a","skill":"slow","timeout_ms":100}]}"""), CancellationToken.None)).Value!;
        Assert.Equal(
            (false, "OUTCOME_UNKNOWN", 100d),
            (simulation.Feasible, simulation.Code!.Value.Value, simulation.EstimatedLatencyMs));
        Assert.Contains("OUTCOME_UNKNOWN", simulation.Risks.Select(risk => risk.Code));
    }

    [Fact]
    public async Task Each_budget_that_is_tried_says_what_it_would_make_of_the_run()
    {
        await using var bench = new RuntimeBench();
        var request =
            bench.Plan("""{"steps":[{"id":"a","skill":"paid"},{"id":"b","skill":"paid","depends_on":["a"]}]}""") with
            {
                // What the profile allows a run is left out of it: more is tried as well.
                Profile =
                bench.Profile with { Budget = new BudgetSpec { PerRun = Money.FromCents(1), Mode = BudgetMode.Hard } },
            };
        var trials =
            (await bench.Runtime.SimulateBudgetsAsync(
                request, [Money.Zero, Money.FromCents(13), Money.FromCents(14), Money.FromCents(80)],
                CancellationToken.None)).Value!;

        // A call holds ten cents and costs four: the second needs fourteen in all. At worst each is made four times.
        Assert.Equal([(0m, false, false, 0), (13m, false, false, 1), (14m, true, false, 2), (80m, true, true, 2)],
            trials.Select(trial => (trial.Budget.Cents, trial.Simulation.Feasible, trial.Simulation.BudgetOk,
                trial.Simulation.Steps.Count(step => step.Status == StepStatus.Success))));
    }

    [Fact]
    public async Task What_the_profile_does_not_allow_is_listed_as_a_gap()
    {
        await using var bench = new RuntimeBench();
        bench.Skills.Add(new Aos.Skills.Standard.Http.HttpCallSkill(bench.Time));
        var request = bench.Plan("""
            {"steps":[
              {"id":"a","skill":"http_call","input":{"url":"https://api.example.com/x"}},
              {"id":"b","skill":"http_call","input":{"url":"http://169.254.169.254/meta"}},
              {"id":"c","skill":"http_call","input":{"url":"https://evil.example.net/"}},
              {"id":"d","skill":"http_call","input":{"url":"${steps.a.result.body.next}"}},
              {"id":"e","skill":"pure"}]}
            """) with { Profile = new AgentProfile { AgentId = "web", Skills = [SkillRef.Parse("http_call")], Network = new NetworkSpec { Allow = ["api.example.com", "*.example.org"] } } };
        var simulation = (await bench.Runtime.SimulateAsync(request, CancellationToken.None)).Value!;
        Assert.False(simulation.Feasible);
        Assert.Equal(3, simulation.PermissionGaps.Count);
        foreach (var (text, gap) in new[] { ("169.254.169.254", 0), ("evil.example.net port 443", 1), ("pure", 2) })
            Assert.Contains(simulation.PermissionGaps, one => one.Contains(text, StringComparison.Ordinal));
        Assert.Equal(
            ["Step 'b': ", "Step 'c': ", "Step 'e': "],
            simulation.PermissionGaps.Select(one => one[..10]).Order(StringComparer.Ordinal));
        Assert.Equal(
            "SKILL_NOT_ALLOWED", (await bench.Runtime.SubmitAsync(request, CancellationToken.None)).Outcome.Code.Value);
    }

    [Fact]
    public async Task Where_every_gap_is_one_of_egress_the_code_says_so()
    {
        await using var bench = new RuntimeBench();
        bench.Skills.Add(new Aos.Skills.Standard.Http.HttpCallSkill(bench.Time));
        var request = bench.Plan(
            """{"steps":[{"id":"ask","skill":"http_call","input":{"url":"https://evil.example.net/"}}]}""") with
        {
            Profile = new AgentProfile
            {
                AgentId = "web",
                Skills = [SkillRef.Parse("http_call")],
                Network = new NetworkSpec { Allow = ["api.example.com"] }
            },
        };
        var simulation = (await bench.Runtime.SimulateAsync(request, CancellationToken.None)).Value!;
        Assert.Equal((false, "EGRESS_DENIED"), (simulation.Feasible, simulation.Code!.Value.Value));
        Assert.Equal(
            ["Step 'ask': The profile's network allows no connection to evil.example.net port 443."],
            simulation.PermissionGaps);
    }

    [Fact]
    public async Task Gaps_of_several_kinds_are_a_matter_of_permission()
    {
        await using var bench = new RuntimeBench();
        var gap =
            new Aos.Contracts.Outcomes.Problem("/x", Aos.Contracts.Failures.ErrorCodes.EgressDenied, "no way out");
        bench.Skills.Add(new ScriptedSkill(bench.Read.Contract with { Name = SkillName.Parse("two") }, bench.Time)
        {
            Gaps = _ =>
                [gap, gap with { Code = Aos.Contracts.Failures.ErrorCodes.SkillNotAllowed, Message = "nor in" }],
        });
        var simulation =
            (await bench.Runtime.SimulateAsync(
                bench.Plan("""{"steps":[{"id":"a","skill":"two"}]}"""), CancellationToken.None)).Value!;
        Assert.Equal("PERMISSION_DENIED", simulation.Code!.Value.Value);
        Assert.Equal(["Step 'a': no way out", "Step 'a': nor in"], simulation.PermissionGaps);
    }

    [Fact]
    public async Task A_price_beyond_all_money_is_foreseen_as_well()
    {
        await using var bench = new RuntimeBench();
        bench.Skills.Add(
            bench.Skill(
                "dear", EffectClass.Read,
                new CostModel { Worst = Money.FromCents(900_000_000_000), Expected = Money.Zero }));
        var answer = await bench.Runtime.SimulateAsync(
            bench.Plan("""{"steps":[{"id":"a","skill":"dear"},{"id":"b","skill":"dear"}]}"""), CancellationToken.None);
        Assert.Equal("OK", answer.Outcome.Code.Value);
        Assert.False(answer.Value!.BudgetOk);
        Assert.False(answer.Value.Feasible);
    }

    [Fact]
    public async Task A_goal_is_planned_before_it_is_simulated()
    {
        await using var bench = new RuntimeBench();
        bench.Planners.Add(Aos.Runtime.Planning.BuiltInRules.Planner);
        bench.Skills.AddRange([SkillTwins.HttpCall(bench.Time), SkillTwins.JsonTransform(bench.Time)]);
        var goal = new Aos.Runtime.Runs.RunRequest { Goal = "bitcoin price", Profile = bench.Profile };
        Assert.Equal(
            ["fetch", "price"],
            (await bench.Runtime.SimulateAsync(goal, CancellationToken.None)).Value!.Steps.Select(
                step => step.StepId.Value));
        Assert.Equal(
            "PLANNER_NO_PLAN",
            (await bench.Runtime.SimulateAsync(
                goal with { Goal = "dance" }, CancellationToken.None)).Outcome.Code.Value);
        Assert.Equal(0, bench.Store.Appends);
    }

    private static string PlanOf((int Skill, int Shape, bool After)[] steps)
    {
        var text = new StringBuilder("""{"steps":[""");
        for (var i = 0; i < steps.Length; i++)
        {
            var (skill, shape, after) = steps[i];
            text.Append(i == 0 ? "" : ",")
                .Append($$"""{"id":"s{{i}}","skill":"{{Names[skill]}}","input":{"i":{{i}}}""");
            if (after && i > 0) text.Append($$""","depends_on":["s{{i - 1}}"]""");
            text.Append(shape switch
            {
                1 => ""","for_each":"input.list" """,
                2 => ""","when":"input.yes" """,
                3 => ""","when":"input.no" """,
                4 => ""","on_failure":"continue" """,
                5 => ""","on_failure":{"fallback":{"skill":"pure","input":{}}}""",
                _ => "",
            }).Append('}');
        }
        return text.Append("]}").ToString();
    }
}
