using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Replay;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Steps that wait: for a time, until a moment, for a signal.</summary>
public sealed class WaitTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static RunScenario Wait(string wait, string more = "", string after = "") =>
        RunScenario.Of($$"""{"steps":[{"id":"w","wait":{{wait}}{{more}}}{{after}}]}""");

    private static string Json(Payload? payload) => payload!.ToString();

    [Fact]
    public void A_step_sleeps_for_its_time_and_no_longer()
    {
        var given = Given.Run(Wait("""{"for_ms":60000}"""));

        Assert.Equal((RunStatus.Waiting, WaitReason.Timer, Start.AddMinutes(1)),
            (given.State.Status, given.State.WaitingFor, given.State.NextWake));
        given.When(new RunEvent.TimeReached { At = Start.AddMilliseconds(59_999) }).ThenNothing();
        var taken = given.When(new RunEvent.TimeReached { At = Start.AddSeconds(61) })
            .Then("step w success OK", "run completed OK");
        Assert.Equal(
            "\"2026-01-02T03:05:05.000000Z\"", Json(RunReporter.Outcome(taken.State, taken.State.Steps[0])!.Result));
    }

    [Theory]
    [InlineData("2026-01-02T03:04:35Z", "\"2026-01-02T03:04:35.000000Z\"")]
    [InlineData("2026-01-02T05:04:35.25+02:00", "\"2026-01-02T03:04:35.250000Z\"")]
    public void A_step_sleeps_until_a_moment_of_the_input(string when, string result)
    {
        var run = ScriptedRun.Of(Wait("""{"until":"${input.when}"}""") with { Input = $$"""{"when":"{{when}}"}""" });

        Assert.Equal(RunStatus.Completed, run.Report.Status);
        Assert.Equal(result, Json(run.Report.Steps[0].Outcome!.Result));
        Assert.Equal(result, $"\"{run.Now.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffff}Z\"");
    }

    [Fact]
    public void A_moment_that_is_over_is_not_waited_for() => Assert.Equal(
        ["submitted", "plan accepted 0", "waits w until", "step w success OK", "run completed OK"],
        ScriptedRun.Of(Wait("""{"until":"2020-01-01T00:00:00Z"}""")).Journal.Lines());

    [Fact]
    public void A_step_waits_for_its_signal_and_takes_its_data()
    {
        var given = Given.Run(Wait("""{"signal":"paid"}"""));

        Assert.Equal(WaitReason.Signal, given.State.WaitingFor);
        given.When(Facts.Signal("other")).Then(Array.Empty<string>());
        var taken = given.When(Facts.Signal("paid", """{"amount":12.50}"""))
            .Then("taken w 5", "step w success OK", "run completed OK");
        Assert.Equal("""{"amount":12.50}""", Json(RunReporter.Outcome(taken.State, taken.State.Steps[0])!.Result));
        Assert.Equal("other", Assert.Single(taken.State.Signals).Signal.Name.Value);
    }

    [Fact]
    public void Signals_that_come_early_are_kept_and_taken_in_their_order()
    {
        var given = Given.Run(RunScenario.Of("""
            {"steps":[{"id":"a","skill":"read"},{"id":"w1","wait":{"signal":"s"},"depends_on":["a"]},
                      {"id":"w2","wait":{"signal":"s"},"depends_on":["w1"]}],"output":"[steps.w1.result, steps.w2.result]"}
            """)).And(Facts.Signal("s", "1"), Facts.Signal("s", "2"), Facts.Signal("s", "3"));

        var taken =
            given.When(Facts.Returned("a")).Then("step a success OK", "waits w1 s", "taken w1 4", "step w1 success OK",
            "waits w2 s", "taken w2 5", "step w2 success OK", "run completed OK");

        Assert.Equal("[1,2]", Json(taken.State.Ended!.Output));
    }

    [Fact]
    public void A_signal_sent_twice_under_one_key_counts_once()
    {
        var given =
            Given.Run(Wait("""{"signal":"s"}""", after: """,{"id":"v","wait":{"signal":"s"},"depends_on":["w"]}"""))
            .And(Facts.Signal("s", "1", key: "k"));

        given.When(Facts.Signal("s", "1", key: "k")).ThenNothing();
        given.When(Facts.Signal("s", "2", key: "l")).Then("taken v 8", "step v success OK", "run completed OK");
    }

    [Fact]
    public void Each_signal_goes_to_one_item()
    {
        var scenario =
            Wait("""{"signal":"s"}""", ""","for_each":"input.list" """) with { Input = """{"list":[1,2]}""" };
        var given = Given.Run(scenario);

        given.When(Facts.Signal("s", "\"x\"")).Then("taken w[0] 6", "item w[0] success OK");
        var taken = given.When(Facts.Signal("s", "\"y\""))
            .Then("taken w[1] 9", "item w[1] success OK", "step w success OK", "run completed OK");
        Assert.Equal("""["x","y"]""", Json(RunReporter.ResultOf(taken.State.Steps[0])));
    }

    [Fact]
    public void Items_wait_for_signals_and_times_of_their_own()
    {
        var paid = Wait("""{"signal":"paid_${item.id}"}""", ""","for_each":"input.list" """);
        var signals = Given.Run(paid with { Input = """{"list":[{"id":7},{"id":8}]}""" });
        signals.When(Facts.Signal("paid_8")).Then("taken w[1] 6", "item w[1] success OK");

        var times = ScriptedRun.Of(
            Wait("""{"for_ms":"${item}"}""", ""","for_each":"input.list" """) with
            {
                Input = """{"list":[500,100]}"""
            });
        Assert.Equal(
            ["waits w[0] 500", "waits w[1] 100", "time", "item w[1] success OK", "time", "item w[0] success OK"],
            times.Journal.Lines().Skip(3).Take(6));
    }

    [Fact]
    public void A_signal_that_does_not_come_in_time_fails_its_step()
    {
        var given = Given.Run(Wait("""{"signal":"paid","timeout_ms":5000}"""));

        Assert.Equal((WaitReason.Signal, Start.AddSeconds(5)), (given.State.WaitingFor, given.State.NextWake));
        given.WhenItIsTime()
            .Then("step w failure SIGNAL_TIMEOUT", "stopping SIGNAL_TIMEOUT by w", "run failed SIGNAL_TIMEOUT by w");
    }

    [Fact]
    public void A_signal_that_comes_too_late_is_kept_and_does_not_end_the_wait()
    {
        var given = Given.Run(Wait("""{"signal":"paid","timeout_ms":5000}"""));

        given.When(Facts.Signal("paid") with { At = Start.AddSeconds(5) }).Then(Array.Empty<string>());
        given.When(new RunEvent.TimeReached { At = Start.AddSeconds(5) })
            .Then("step w failure SIGNAL_TIMEOUT", "stopping SIGNAL_TIMEOUT by w", "run failed SIGNAL_TIMEOUT by w");
    }

    [Theory]
    [InlineData(""","on_failure":"continue" """, "completed")]
    [InlineData(""","on_failure":{"fallback":{"skill":"read"}}""", "completed")]
    [InlineData("", "failed")]
    public void What_a_missing_signal_means_is_the_plans_to_say(string more, string status)
    {
        var run = ScriptedRun.Of(Wait("""{"signal":"paid","timeout_ms":5000}""", more));
        if (run.State.Ended is null) run.Pass(TimeSpan.FromSeconds(6));

        Assert.Equal(status, run.Report.Status.ToString().ToLowerInvariant());
        Assert.Equal(
            more.Contains("fallback", StringComparison.Ordinal) ? "FALLBACK_USED" : "SIGNAL_TIMEOUT",
            run.Report.Steps[0].Code!.Value.Value);
    }

    [Fact]
    public void Conditions_and_dependencies_hold_for_waits()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"skip","wait":{"signal":"never"},"when":"`false`"},
                      {"id":"first","wait":{"for_ms":1000}},{"id":"then","skill":"read","depends_on":["first"]}]}
            """));

        Assert.Equal(RunStatus.Completed, run.Report.Status);
        Assert.Equal(
            (StepStatus.Skipped, "CONDITION_FALSE"),
            (run.Report.Steps[0].Status, run.Report.Steps[0].Code!.Value.Value));
        Assert.Equal(TimeSpan.FromSeconds(1), run.Journal.OfType<RunEvent.AttemptStarted>().Single().At - Start);
    }

    [Fact]
    public void Waits_take_no_place_among_the_calls_in_flight()
    {
        var scenario = RunScenario.Of(
            """{"steps":[{"id":"a","skill":"read"},{"id":"w","wait":{"for_ms":1}},{"id":"b","skill":"read"}]}""")
            .Limited(c => c with { MaxParallelSteps = 1 });

        Assert.Equal(
            ["submitted", "plan accepted 0", "started a#1", "waits w 1"],
            new ScriptedRun(scenario).Submit().Journal.Lines());
    }

    [Theory]
    [InlineData("""{"for_ms":"${input.x}"}""", "-1")]
    [InlineData("""{"for_ms":"${input.x}"}""", "1.5")]
    [InlineData("""{"for_ms":"${input.x}"}""", "\"10\"")]
    [InlineData("""{"until":"${input.x}"}""", "\"2026-01-02T03:04:05\"")] // No offset: no moment.
    [InlineData("""{"until":"${input.x}"}""", "\"tomorrow\"")]
    [InlineData("""{"until":"${input.x}"}""", "12")]
    [InlineData("""{"signal":"${input.x}"}""", "\"with space\"")]
    [InlineData("""{"signal":"${input.x}"}""", "null")]
    public void What_cannot_be_waited_for_fails_the_step(string wait, string value) =>
        Assert.Equal(ErrorCodes.WaitInvalid,
        ScriptedRun.Of(Wait(wait) with { Input = $$"""{"x":{{value}}}""" }).Report.Code);

    [Fact]
    public void A_wait_past_the_end_of_the_runs_time_fails_at_once()
    {
        var run = ScriptedRun.Of(Wait("""{"for_ms":2000}""").Limited(c => c with { MaxRunMs = 2000 }));

        Assert.Equal((ErrorCodes.WaitTooLong, Start), (run.Report.Code, run.Now));
    }

    [Fact]
    public void A_run_that_waits_can_be_cancelled()
    {
        var given = Given.Run(Wait("""{"signal":"paid"}"""));

        given.When(Facts.Cancel())
            .Then("stopping CANCELLED", "step w cancelled RUN_ABORTED", "run cancelled CANCELLED");
        given.When(Facts.Signal("paid")).ThenNothing();
    }

    [Fact]
    public void A_wait_outlives_its_owner()
    {
        var given = Given.Run(Wait("""{"for_ms":60000}""", after: """,{"id":"v","wait":{"signal":"s"}}"""))
            .And(Facts.Recovered());

        Assert.Equal(Start.AddMinutes(1), given.State.NextWake);
        given.When(Facts.Signal("s")).Then("taken v 6", "step v success OK");
        given.WhenItIsTime().Then("step w success OK", "run completed OK");
    }

    [Fact]
    public void Somebody_who_must_act_is_told_before_a_moment()
    {
        var given = Given.Run(RunScenario.Of("""
            {"steps":[{"id":"w","wait":{"for_ms":60000}},{"id":"v","wait":{"signal":"s"}},{"id":"a","skill":"read","approval":{}}]}
            """));
        Assert.Equal(WaitReason.Approval, given.State.WaitingFor);

        var report = RunReporter.Report(given.State, Start);
        Assert.Equal([(null, Start.AddMinutes(1)), ("s", (DateTimeOffset?)null)],
            report.Steps.Take(2).Select(step => (step.Wait!.Signal?.Value, step.Wait.Due)));
        Assert.Equal(StepStatus.Waiting, report.Steps[1].Status);
        Assert.Null(report.Steps[1].Skill);
    }

    [Fact]
    public void The_behaviour_digest_tells_what_was_waited_for()
    {
        var digests =
            new[] { """{"for_ms":1}""", """{"for_ms":2}""", """{"signal":"a"}""", """{"signal":"b"}""",
                """{"until":"2026-01-02T03:04:06Z"}""" }
            .Select(
                wait =>
                    ScriptedRun.Of(
                        Wait(wait),
                        new ScriptedWorld().Signals("a", new ScriptedSignal()).Signals("b", new ScriptedSignal())))
            .Select(run => run.State.Ended!.BehaviourDigest).ToList();

        Assert.Equal(digests.Count, digests.Distinct().Count());
    }

    [Fact]
    public void A_journal_with_waits_verifies()
    {
        var run = ScriptedRun.Of(Wait("""{"signal":"paid"}""", after: """,{"id":"v","wait":{"for_ms":5}}"""),
            new ScriptedWorld().Signals("paid", new ScriptedSignal(Payload.FromUtf8("[1]"u8.ToArray()))));

        Assert.True(JournalVerifier.Verify(run.State.Submitted!.RunId, run.Documents, run.Journal).Parity);
        Assert.Equal(RunStatus.Completed, run.Report.Status);
    }

    [Fact]
    public void A_cut_inside_the_decisions_on_a_fact_verifies_as_a_fork()
    {
        var run = new ScriptedRun(
            RunScenario.Of(
                """{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"put","depends_on":["a"]}]}""")).Submit();
        run.Feed(Facts.Returned("a"));
        var cut = run.Journal.FindIndex(e => e is RunEvent.StepEnded) + 1;
        var prefix = run.Journal.Take(cut).ToList();
        var forked = RunKernel.Advance(
            RunState.Fold(run.Documents, prefix), Facts.Forked(run.State.Submitted!, cut) with { At = run.Now });

        var report = JournalVerifier.Verify(RunId.Parse("run_11111111"), run.Documents, [.. prefix, .. forked.Events]);

        Assert.True(report.Parity, report.FirstDivergence?.Message);
        Assert.Equal(["forked 5", "started b#1"], forked.Events.Lines());
        Assert.False(JournalVerifier.Verify(RunId.Parse("run_11111111"), run.Documents, prefix).Parity);
    }

    [Theory]
    [InlineData("""{"wait":{"signal":"s"},"skill":"read"}""", "/steps/0/skill")]
    [InlineData("""{"wait":{"signal":"s"},"input":{}}""", "/steps/0/input")]
    [InlineData("""{"wait":{"signal":"s"},"approval":{}}""", "/steps/0/approval")]
    [InlineData("""{"wait":{"signal":"s"},"retry":{"max_attempts":2}}""", "/steps/0/retry")]
    [InlineData("""{"wait":{"signal":"s"},"timeout_ms":2}""", "/steps/0/timeout_ms")]
    [InlineData("""{"wait":{}}""", "/steps/0/wait")]
    [InlineData("""{"wait":{"signal":"s","for_ms":1}}""", "/steps/0/wait")]
    [InlineData("""{"wait":{"for_ms":1,"timeout_ms":1}}""", "/steps/0/wait/timeout_ms")]
    [InlineData("""{"wait":{"signal":"s","timeout_ms":0}}""", "/steps/0/wait/timeout_ms")]
    [InlineData("""{"wait":{"signal":"two words"}}""", "/steps/0/wait/signal")]
    [InlineData("""{"wait":{"until":"soon"}}""", "/steps/0/wait/until")]
    [InlineData("""{"wait":{"for_ms":-1}}""", "/steps/0/wait/for_ms")]
    [InlineData("""{"wait":{"until":"${steps.nobody.result}"}}""", "/steps/0/wait/until")]
    [InlineData("""{"wait":{"until":"${steps["}}""", "/steps/0/wait/until")]
    [InlineData("{}", "/steps/0")]
    public void A_wait_that_makes_no_sense_is_refused_by_its_place(string step, string place)
    {
        var plan = RunScenario.ReadPlan(
            $$"""{"steps":[{"id":"w",{{step[1..]}}]}""".Replace(",}", "}", StringComparison.Ordinal));

        var check = Aos.Kernel.Plans.PlanValidator.Validate(plan, SkillShelf.Standard, RunScenario.DefaultContract);

        Assert.Equal(place, Assert.Single(check.Problems).Pointer);
        Assert.Null(check.Pinned);
    }

    [Fact]
    public void What_a_wait_reads_must_end_first()
    {
        var run = ScriptedRun.Of(RunScenario.Of("""
            {"steps":[{"id":"w","wait":{"for_ms":"${steps.a.result.ms}"}},{"id":"a","skill":"read"}]}
            """), new ScriptedWorld().On("a", ScriptedAnswer.Ok("""{"ms":250}""")));

        Assert.Equal(
            ["started a#1", "returned a#1 success OK", "step a success OK", "waits w 250"],
            run.Journal.Lines().Skip(2).Take(4));
    }
}
