using Aos.Contracts.Json;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>A person decides on the exact input of a call, once, in time.</summary>
public sealed class ApprovalTests
{
    private static readonly RunScenario Ask = RunScenario.Of("""
        {"steps":[{"id":"a","skill":"send","input":{"to":"${input.to}"},"approval":{"role":"operator","reason":"mail leaves","expires_in_ms":5000}}]}
        """) with { Input = """{"to":"x"}""" };

    private static RunEvent.ApprovalDecided Decide(RunState state, bool approved, string? input = null, int call = 0) =>
        new()
        {
            ApprovalId = state.Steps[0].Calls[call].Approval!.ApprovalId,
            Approved = approved,
            By = "ann",
            Input = input is null ? null : Payload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(input)),
        };

    [Fact]
    public void The_request_carries_the_exact_input_its_digest_role_and_expiry()
    {
        var given = Given.Run(Ask);

        var request = given.State.Steps[0].Calls[0].Approval!;
        Assert.Equal("""{"to":"x"}""", request.Input.ToString());
        Assert.Equal(
            $"sha256:{CanonicalJson.Sha256Hex(System.Text.Json.JsonElement.Parse("""{"to":"x"}"""))}",
            request.InputDigest.Value);
        Assert.Equal(
            ("operator", "mail leaves", Ask.Start.AddSeconds(5)), (request.Role, request.Reason, request.ExpiresAt));
        Assert.Equal((RunStatus.Waiting, WaitReason.Approval), (given.State.Status, given.State.WaitingFor!.Value));
        Assert.Equal(Ask.Start.AddSeconds(5), given.State.NextWake);
    }

    [Fact]
    public void Unless_the_plan_says_otherwise_an_approver_has_as_long_as_the_contract_says()
    {
        var request = Given.Run(
            RunScenario.Of(
                """{"steps":[{"id":"a","skill":"send","approval":{}}]}""")).State.Steps[0].Calls[0].Approval!;

        Assert.Equal(("approver", Ask.Start.AddDays(1)), (request.Role, request.ExpiresAt));
    }

    [Fact]
    public void An_approved_call_is_made_with_the_input_that_was_shown()
    {
        var given = Given.Run(Ask);

        var taken = given.When(Decide(given.State, approved: true)).Then("started a#1");
        Assert.Equal("""{"to":"x"}""", ((Effect.InvokeSkill)taken.Transition.Effects[0]).Input.ToString());
    }

    [Fact]
    public void An_edited_input_is_the_input_and_is_recorded()
    {
        var given = Given.Run(Ask);

        var taken = given.When(Decide(given.State, approved: true, """{"to":"y"}"""));
        Assert.Equal("""{"to":"y"}""", ((Effect.InvokeSkill)taken.Transition.Effects[0]).Input.ToString());
        Assert.Equal(
            """{"to":"y"}""", taken.Transition.Events.OfType<RunEvent.AttemptStarted>().Single().Input!.ToString());
    }

    [Fact]
    public void The_effect_class_is_that_of_the_edited_input()
    {
        var skill = SkillShelf.Standard.Resolve(Aos.Contracts.Skills.SkillRef.Parse("send"))! with
        {
            Name = Aos.Contracts.Skills.SkillName.Parse("http"),
            Effect = new()
            {
                Cases = [
                    new()
                    {
                        Member = "method",
                        Values = [Payload.FromUtf8("\"GET\""u8.ToArray()), Payload.Null],
                        Effect = Aos.Contracts.Skills.EffectClass.Read
                    }]
            },
        };
        var given = Given.Run(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"http","input":{"method":"POST"},"approval":{}}]}""")
            .WithSkills(shelf => shelf.With(skill), "http"));

        var taken = given.When(Decide(given.State, approved: true, """{"method":"GET"}"""));
        Assert.Equal(Aos.Contracts.Skills.EffectClass.Read, ((Effect.InvokeSkill)taken.Transition.Effects[0]).Class);
    }

    [Fact]
    public void A_rejected_call_fails_and_says_who_and_why()
    {
        var given = Given.Run(Ask);

        var taken = given.When(Decide(given.State, approved: false) with { Reason = "no" })
            .Then("step a failure APPROVAL_REJECTED", "stopping APPROVAL_REJECTED by a",
                "run failed APPROVAL_REJECTED by a");
        Assert.Equal("ann rejected the call: no", taken.State.Steps[0].Message);
    }

    [Fact]
    public void Nobody_deciding_in_time_fails_the_call() =>
        Given.Run(Ask).WhenItIsTime()
            .Then("step a failure APPROVAL_EXPIRED", "stopping APPROVAL_EXPIRED by a",
                "run failed APPROVAL_EXPIRED by a");

    [Fact]
    public void A_decision_after_the_expiry_is_refused_even_if_nothing_told_the_time_before()
    {
        var given = Given.Run(Ask);
        var late = Decide(given.State, approved: true) with { At = Ask.Start.AddSeconds(5) };

        given.When(late).ThenNothing();
        given.When(late with { At = Ask.Start.AddMilliseconds(4_999) }).Then("started a#1");
    }

    [Fact]
    public void Who_decided_in_time_is_not_too_late_because_the_run_hears_of_it_later()
    {
        var given = Given.Run(Ask);
        var heard = Decide(given.State, approved: true) with { At = Ask.Start.AddSeconds(9) };

        given.When(heard with { DecidedAt = Ask.Start.AddSeconds(5) }).ThenNothing();
        given.When(heard with { DecidedAt = Ask.Start.AddMilliseconds(4_999) }).Then("started a#1");
    }

    [Fact]
    public void A_decision_works_once_and_only_for_an_open_request()
    {
        var given = Given.Run(Ask);
        var decision = Decide(given.State, approved: true);
        Assert.True(ApprovalId.TryParse("apr_00000000000000000000000000000000", out var unknown));

        given.When(decision with { ApprovalId = unknown }).ThenNothing();
        given.And(decision).When(decision).ThenNothing();
    }

    [Fact]
    public void A_retry_of_an_approved_call_is_not_asked_about_again()
    {
        var run = ScriptedRun.Of(Ask, new ScriptedWorld().Decides("a", new ScriptedDecision(true))
            .On("a", ScriptedAnswer.Fail("HTTP_503", EffectState.None), ScriptedAnswer.Ok()));

        Assert.Equal(RunStatus.Completed, run.Report.Status);
        Assert.Equal(2, run.Attempts.Count());
        Assert.Single(run.Journal.OfType<RunEvent.ApprovalRequested>());
    }

    [Fact]
    public void Each_item_is_asked_about_and_fails_by_itself()
    {
        var given = Given.Run(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"send","for_each":"[`1`,`2`]","input":{"x":"${item}"},"approval":{},"on_failure":"continue"}]}
            """));

        given.When(Decide(given.State, approved: false, call: 1)).Then("item a[1] failure APPROVAL_REJECTED");
        given.When(Decide(given.State, approved: true)).Then("started a[0]#1");
    }

    [Fact]
    public void Requests_that_expire_together_fail_together_and_abort_once()
    {
        var given = Given.Run(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"send","for_each":"[`1`,`2`]","input":{"x":"${item}"},"approval":{}},{"id":"b","skill":"send","approval":{}}]}
            """));

        given.WhenItIsTime()
            .Then("item a[0] failure APPROVAL_EXPIRED", "stopping APPROVAL_EXPIRED by a",
                "step a failure APPROVAL_EXPIRED",
            "step b skipped RUN_ABORTED", "run failed APPROVAL_EXPIRED by a");
    }

    [Fact]
    public void A_fallback_is_asked_about_anew()
    {
        var given = Given.Run(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"send","input":{"x":1},"approval":{},"on_failure":{"fallback":{"skill":"put"}}}]}
            """));
        var first = given.State.Steps[0].Calls[0].Approval!;

        given.When(Decide(given.State, approved: false)).Then("fallback a APPROVAL_REJECTED", "asked a approver");

        var second = given.State.Steps[0].Calls[0].Approval!;
        Assert.Equal(first.InputDigest, second.InputDigest);
        Assert.NotEqual(first.ApprovalId, second.ApprovalId);
        given.When(Decide(given.State, approved: true)).Then("started a#1 fallback");
    }

    [Fact]
    public void An_approved_call_that_must_wait_for_its_turn_keeps_its_approval()
    {
        var given = Given.Run(
            RunScenario.Of("""{"steps":[{"id":"a","skill":"send","approval":{}},{"id":"b","skill":"read"}]}""")
            .Limited(c => c with { MaxParallelSteps = 1 }));

        given.When(Decide(given.State, approved: true)).Then(Array.Empty<string>());
        given.When(Facts.Returned("b")).Then("step b success OK", "started a#1");
    }

    [Fact]
    public void A_retry_beside_a_request_is_still_to_come_and_the_run_is_woken_for_it()
    {
        var beside =
            RunScenario.Of("""{"steps":[{"id":"a","skill":"send","approval":{}},{"id":"b","skill":"read"}]}""");
        var before = Given.Run(beside).State;
        Assert.False(before.IsBackingOff);

        var failed = ScriptedRun.Of(beside, new ScriptedWorld().On("b", ScriptedAnswer.Fail("HTTP_503"))).Journal;
        var retry = failed.ToList().FindIndex(e => e is RunEvent.RetryScheduled);
        var waiting = before.FoldOn(failed.Skip((int)before.Seq).Take(retry + 1 - (int)before.Seq));

        Assert.Equal((RunStatus.Waiting, WaitReason.Approval), (waiting.Status, waiting.WaitingFor!.Value));
        Assert.True(waiting.IsBackingOff);
        Assert.Equal(
            waiting.LastAt.AddMilliseconds(((RunEvent.RetryScheduled)failed[retry]).DelayMs), waiting.NextWake);
    }
}
