using System.Text;
using Aos.Contracts;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Replay;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Policies;

/// <summary>What policies do to a run, in the kernel.</summary>
public sealed class PolicyRunTests
{
    private const string TwoSends =
        """{"steps":[{"id":"a","skill":"send","input":{"to":"x"}},{"id":"b","skill":"send","depends_on":["a"]}]}""";

    [Fact]
    public void A_denied_call_is_not_made_and_the_rule_is_named()
    {
        var run =
            Given.Run(Bound("""{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"send","depends_on":["a"]}]}""",
            """{"policy":"out","version":3,"rules":[{"id":"no-sends","verdict":"deny","reason":"Nothing leaves.","match":{"skills":["send"]}}]}"""));

        var then = run.When(Facts.Returned("a"));

        then.Then(
            "step a success OK", "denied b no-sends", "step b failure POLICY_DENIED", "stopping POLICY_DENIED by b",
            "run failed POLICY_DENIED by b")
            .ThenEffects("finish");
        Assert.Equal("Step 'b' failed: POLICY_DENIED: Policy 'out' version 3, rule 'no-sends', denies send@1.0.0: Nothing leaves.", then.State.Ended!.Message);
    }

    [Fact]
    public void A_denied_step_follows_its_on_failure_and_the_fallback_is_judged_on_its_own() =>
        Given.Run(Bound("""
            {"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"send","depends_on":["a"],"on_failure":{"fallback":{"skill":"put"}}}]}
            """, """{"policy":"out","version":1,"rules":[{"id":"r","verdict":"deny","match":{"effects":["once"]}}]}"""))
            .When(Facts.Returned("a"))
            .Then("step a success OK", "denied b r", "fallback b POLICY_DENIED", "started b#1 fallback");

    [Fact]
    public void The_rules_that_had_a_say_stand_in_the_attempt()
    {
        var started = Given.Run(Bound("""{"steps":[{"id":"a","skill":"send"}]}""",
            """{"policy":"out","version":2,"default":"deny","rules":[{"id":"may","verdict":"allow","match":{"skills":["send@1"]}}]}"""))
            .State.Steps[0].Calls[0].Last!.Started;

        Assert.Equal(
            [new AppliedRule { Policy = "out", Version = 2, Rule = "may", Verdict = RuleVerdict.Allow }],
            started.Rules);
    }

    [Fact]
    public void What_no_rule_permits_is_denied_where_the_policy_denies_by_default() =>
        Assert.Equal("Step 'a' failed: POLICY_DENIED: Policy 'out' version 2, rule 'default', denies read@1.0.0: no rule of it permits the call.",
            Given.Run(Bound("""{"steps":[{"id":"a","skill":"read"}]}""",
                """{"policy":"out","version":2,"default":"deny","rules":[{"id":"may","verdict":"allow","match":{"skills":["send@1"]}}]}"""))
                .State.Ended!.Message);

    [Fact]
    public void Calls_at_the_same_time_cannot_exceed_a_limit_together()
    {
        var given = Given.Run(
            Bound("""{"steps":[{"id":"a","skill":"paid","for_each":"[`1`,`2`,`3`]","on_failure":"continue"}]}""",
            """{"policy":"spend","version":1,"rules":[{"id":"cap","verdict":"limit","limit":{"max_cost_cents":20}}]}"""));

        Assert.Equal(["spend@1/cap 2 20¢"], Uses(given.State));
        // Each may cost ten cents; what the first gives back lets no denied one start, for that one has ended.
        var after = given.And(Facts.Returned("a", item: 0).Costing(4)).State;
        Assert.Equal(["spend@1/cap 2 14¢"], Uses(after));
        Assert.Equal("POLICY_DENIED", after.Steps[0].Calls[2].Code!.Value.Value);
    }

    [Fact]
    public void A_limit_counts_retries()
    {
        var given = Given.Run(Bound("""{"steps":[{"id":"a","skill":"read"}]}""",
            """{"policy":"calm","version":1,"rules":[{"id":"twice","verdict":"limit","limit":{"max_calls":2}}]}"""))
            .And(Facts.Failed("a", "TIMEOUT"));
        given.WhenItIsTime();
        var second = given.And(Facts.Failed("a", "TIMEOUT", attempt: 2));

        second.WhenItIsTime()
            .Then("denied a twice", "step a failure POLICY_DENIED", "stopping POLICY_DENIED by a",
                "run failed POLICY_DENIED by a");
    }

    [Fact]
    public void An_approval_that_a_policy_asks_for_is_one_like_the_plans()
    {
        var given = Given.Run(Bound(TwoSends, """
            {"policy":"out","version":4,"rules":[{"id":"ask","verdict":"require_approval","reason":"It leaves.",
              "match":{"input":[{"path":"/to","present":true}]},"approval":{"role":"owner","expires_in_ms":60000}}]}
            """));
        var request = given.State.Steps[0].Calls[0].Approval!;

        Assert.Equal(
            ("owner", "It leaves.", given.State.LastAt.AddMinutes(1)),
            (request.Role, request.Reason, request.ExpiresAt));
        Assert.Equal(["ask"], request.Rules.Select(rule => rule.Rule));
        given.When(Decide(request, "ann")).Then("started a#1").ThenEffects("invoke a#1 send");
        given.When(Facts.Returned("a")).Then("step a success OK", "started b#1");
    }

    [Fact]
    public void What_plan_and_policy_ask_of_one_role_is_one_request_of_the_stricter_form()
    {
        var given = Given.Run(
            Bound("""{"steps":[{"id":"a","skill":"send","approval":{"role":"owner","expires_in_ms":5000}}]}""", """
            {"policy":"out","version":1,"rules":[
              {"id":"two","verdict":"require_approval","approval":{"role":"owner","quorum":2,"expires_in_ms":90000,"reason_required":true}},
              {"id":"law","verdict":"require_approval","approval":{"role":"legal"}}]}
            """));
        var request = given.State.Steps[0].Calls[0].Approval!;
        Assert.Equal(
            ("owner", 2, true, given.State.LastAt.AddSeconds(5)),
            (request.Role, request.Quorum, request.ReasonRequired, request.ExpiresAt));

        given.When(Decide(request, "ann")).ThenNothing(); // No reason.
        given.When(Decide(request, "ann", reason: "fine")).Then(decisions: (string[])[]);
        given.When(Decide(request, "ann", reason: "again")).ThenNothing(); // The same person.
        given.When(Decide(request, "bob", reason: "fine")).Then("asked a legal");
        var second = given.State.Steps[0].Calls[0].Approval!;
        Assert.NotEqual(request.ApprovalId, second.ApprovalId);
        given.When(Decide(second, "ann")).Then("started a#1");
    }

    [Fact]
    public void An_edited_input_is_judged_anew_and_approved_by_nobody_but_who_edited_it()
    {
        const string policy = """
            {"policy":"out","version":1,"rules":[
              {"id":"not-z","verdict":"deny","match":{"input":[{"path":"/to","any_of":["z"]}]}},
              {"id":"two","verdict":"require_approval","approval":{"role":"owner","quorum":2}}]}
            """;
        var given = Given.Run(Bound("""{"steps":[{"id":"a","skill":"send","input":{"to":"x"}}]}""", policy));
        given.When(Decide(Open(given), "ann")).Then(decisions: (string[])[]);

        given.When(Decide(Open(given), "bob") with { Input = Json("""{"to":"y"}""") }).Then("asked a owner");
        var edited = Open(given);
        Assert.Equal(["bob"], edited.ApprovedBy);
        Assert.Equal("""{"to":"y"}""", edited.Input.ToString());
        given.When(Decide(edited, "bob")).ThenNothing();
        given.When(Decide(edited, "ann") with { Input = Json("""{"to":"z"}""") })
            .Then("denied a not-z,two", "step a failure POLICY_DENIED", "stopping POLICY_DENIED by a",
                "run failed POLICY_DENIED by a");
    }

    [Fact]
    public void Who_edits_an_input_in_one_role_is_not_counted_among_those_of_another()
    {
        const string policy = """
            {"policy":"out","version":1,"rules":[
              {"id":"law","verdict":"require_approval","approval":{"role":"legal","quorum":2}},
              {"id":"two","verdict":"require_approval","approval":{"role":"owner","quorum":2}}]}
            """;
        var given = Given.Run(Bound("""{"steps":[{"id":"a","skill":"send","input":{"to":"x"}}]}""", policy));
        given.When(Decide(Open(given), "ann", role: "legal")).Then(decisions: (string[])[]);
        given.When(Decide(Open(given), "bob", role: "legal")).Then("asked a owner");
        given.When(Decide(Open(given), "cat", role: "owner") with { Input = Json("""{"to":"y"}""") })
            .Then("asked a legal");

        Assert.Empty(Open(given).ApprovedBy);
        given.When(Decide(Open(given), "ann", role: "legal")).Then(decisions: (string[])[]);
        given.When(Decide(Open(given), "bob", role: "legal")).Then("asked a owner");
        // What cat made she has approved.
        Assert.Equal(["cat"], Open(given).ApprovedBy);
        given.When(Decide(Open(given), "dan", role: "owner")).Then("started a#1");
    }

    [Fact]
    public void A_policy_that_comes_later_and_asks_for_more_people_is_obeyed()
    {
        var given = Given.Run(Bound("""{"steps":[{"id":"a","skill":"send","approval":{"role":"owner"}}]}"""));
        given.When(new RunEvent.PolicyTightened
        {
            Policy =
                Policy("""{"policy":"p","version":1,"rules":[{"id":"two","verdict":"require_approval","approval":{"role":"owner","quorum":2}}]}"""),
            By = "cfo",
        }).Then(decisions: (string[])[]);
        var first = Open(given);

        given.When(Decide(first, "ann")).Then("asked a owner");

        Assert.NotEqual(first.ApprovalId, Open(given).ApprovalId);
        Assert.Equal((2, "ann"), (Open(given).Quorum, Assert.Single(Open(given).ApprovedBy)));
        given.When(Decide(Open(given), "ann")).ThenNothing();
        given.When(Decide(Open(given), "bob")).Then("started a#1");
    }

    [Fact]
    public void Runs_of_earlier_rules_ask_as_they_did()
    {
        var given = Given.Run(
            Bound("""{"steps":[{"id":"a","skill":"send","approval":{"role":"owner"}}]}""") with { RulesVersion = 2 });
        given.When(new RunEvent.PolicyTightened
        {
            Policy =
                Policy("""{"policy":"p","version":1,"rules":[{"id":"two","verdict":"require_approval","approval":{"role":"owner","quorum":2}}]}"""),
            By = "cfo",
        });

        given.When(Decide(Open(given), "ann")).Then("started a#1");
    }

    [Fact]
    public void A_request_that_nobody_decides_on_is_escalated_and_then_expires()
    {
        var given = Given.Run(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"send","approval":{"role":"owner","expires_in_ms":60000,"escalate":{"after_ms":20000,"role":"boss"}}}]}
            """));
        var request = Open(given);
        Assert.Equal(given.State.LastAt.AddSeconds(20), given.State.NextWake);
        given.When(Decide(request, "max", role: "boss")).ThenNothing();
        // Who may decide by now may do so before the run has taken notice of the time.
        var boss = Decide(request, "max", role: "boss") with { At = given.State.LastAt.AddSeconds(20) };
        Assert.Equal(
            "started a#1",
            Assert.Single(RunKernel.Advance(given.State, boss).Events.OfType<RunEvent.Decision>().Lines()));

        given.WhenItIsTime().Then("escalated a boss");

        Assert.Equal(request.ExpiresAt, given.State.NextWake);
        Assert.Equal(
            "started a#1",
            Assert.Single(
                RunKernel.Advance(
                    given.State, Decide(request, "max", role: "boss") with { At = given.State.LastAt.AddSeconds(1) })
            .Events.OfType<RunEvent.Decision>().Lines()));
        given.WhenItIsTime()
            .Then("step a failure APPROVAL_EXPIRED", "stopping APPROVAL_EXPIRED by a",
                "run failed APPROVAL_EXPIRED by a");
    }

    [Fact]
    public void Where_people_are_told_apart_the_requester_and_who_lacks_the_role_do_not_approve()
    {
        var given = Given.Run(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"send","approval":{"role":"owner"}}]}""") with
            {
                RequestedBy = "ann"
            });

        given.When(Decide(Open(given), "ann", role: "owner")).ThenNothing();
        given.When(Decide(Open(given), "bob", role: "reader")).ThenNothing();
        given.When(Decide(Open(given), "bob", role: "owner")).Then("started a#1");
    }

    [Fact]
    public void Who_asked_for_a_run_may_reject_its_calls() =>
        Given.Run(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"send","approval":{"role":"owner"}}]}""") with
            {
                RequestedBy = "ann"
            })
            .Rejecting("ann")
            .Then("step a failure APPROVAL_REJECTED", "stopping APPROVAL_REJECTED by a",
                "run failed APPROVAL_REJECTED by a");

    [Fact]
    public void A_decision_that_was_made_for_another_request_in_any_respect_does_not_count()
    {
        var scenario =
            RunScenario.Of("""{"steps":[{"id":"a","skill":"send","input":{"n":1},"approval":{"role":"owner"}}]}""");
        var given = Given.Run(scenario);
        var (request, run) = (Open(given), given.State.Submitted!);
        RunEvent.ApprovalRequested[] others =
        [
            request with { ApprovalId = Approval("apr_" + new string('0', 32)) },
            request with { StepId = StepId.Parse("b") },
            request with { Item = 0 },
            request with { Skill = Aos.Contracts.Skills.SkillName.Parse("put") },
            request with { SkillVersion = new Aos.Contracts.Skills.SkillVersion(1, 0, 1) },
            request with { InputDigest = Digest.Of("other"u8) },
            request with { Role = "boss" },
            request with { Quorum = 2 },
            request with { ExpiresAt = request.ExpiresAt.AddMilliseconds(1) },
        ];
        var bindings = others.Select(other => ApprovalBinding.Of(run.Tenant, run.RunId, other))
            .Append(ApprovalBinding.Of("tenant-2", run.RunId, request))
            .Append(ApprovalBinding.Of(run.Tenant, RunId.Parse("run_99999999"), request)).ToList();

        Assert.Equal(bindings.Count, bindings.Distinct().Count());
        foreach (var binding in bindings) given.When(Decide(request, "ann") with { Binding = binding }).ThenNothing();
        given.When(Decide(request, "ann") with { Binding = ApprovalBinding.Of(run.Tenant, run.RunId, request) })
            .Then("started a#1");
    }

    [Fact]
    public void A_policy_that_comes_later_binds_the_next_attempt_and_ends_the_wait_for_what_it_denies()
    {
        var given = Given.Run(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"send","depends_on":["a"]},{"id":"c","skill":"send","approval":{},"on_failure":"continue"}]}
            """));
        var tightened = new RunEvent.PolicyTightened
        {
            Policy = Policy(
                """{"policy":"stop","version":1,"rules":[{"id":"r","verdict":"deny","match":{"skills":["send"]}}]}"""),
            By = "ann",
        };

        given.When(tightened).Then("denied c r", "step c failure POLICY_DENIED");
        given.When(tightened).ThenNothing();
        given.When(Facts.Returned("a")).Then("step a success OK", "denied b r", "step b failure POLICY_DENIED",
            "stopping POLICY_DENIED by b", "run failed POLICY_DENIED by b");
    }

    [Fact]
    public void A_run_under_policies_replays_decision_by_decision()
    {
        var scenario = Bound(TwoSends, """
            {"policy":"out","version":1,"rules":[{"id":"ask","verdict":"require_approval","approval":{"quorum":2}},
              {"id":"cap","verdict":"limit","limit":{"max_calls":1}}]}
            """);
        var run = new ScriptedRun(scenario).Submit();
        run.Feed(Decide(run.State.Steps[0].Calls[0].Approval!, "ann") with { At = run.State.LastAt.AddSeconds(1) });
        run.Feed(Decide(run.State.Steps[0].Calls[0].Approval!, "bob") with { At = run.State.LastAt.AddSeconds(1) });
        run.Feed(Facts.Returned("a") with { At = run.State.LastAt.AddSeconds(1) });

        Assert.Contains("denied b cap,ask", run.Journal.Lines());
        Assert.True(JournalVerifier.Verify(scenario.RunId, run.Documents, run.Journal).Parity);
    }

    private static ApprovalId Approval(string text) =>
        ApprovalId.TryParse(text, out var id) ? id : throw new FormatException(text);

    private static IEnumerable<string> Uses(RunState state) =>
        state.Used.Select(pair => $"{pair.Key} {pair.Value.Calls} {pair.Value.Cost}");

    private static RunEvent.ApprovalRequested Open(Given given) => given.State.Steps[0].Calls[0].Approval!;

    private static Payload Json(string text) => Payload.FromUtf8(Encoding.UTF8.GetBytes(text));

    internal static Policy Policy(string json) => AosJson.Read<Policy>(Encoding.UTF8.GetBytes(json));

    internal static RunScenario Bound(string plan, params string[] policies) =>
        RunScenario.Of(plan) with { Policies = ValueList.From(policies.Select(Policy)) };

    internal static RunEvent.ApprovalDecided Decide(
        RunEvent.ApprovalRequested request, string by, string? role = null, string? reason = null) => new()
        {
            ApprovalId = request.ApprovalId,
            Approved = true,
            By = by,
            Reason = reason,
            Principal = role is null ? null : new Principal { Subject = by, Roles = [role] },
        };
}

internal static class PolicyGiven
{
    public static WhenTaken Rejecting(this Given given, string by)
    {
        var request = given.State.Steps[0].Calls[0].Approval!;
        return given.When(PolicyRunTests.Decide(request, by, role: "owner") with { Approved = false });
    }
}
