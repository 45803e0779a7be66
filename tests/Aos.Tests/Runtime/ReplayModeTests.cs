using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Runs;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>Repeating a run for real, foreseeing it, and forking it.</summary>
public sealed class ReplayModeTests
{
    private const string Chain = """
        {"steps":[{"id":"a","skill":"read","input":{"q":"${input.q}"}},{"id":"b","skill":"put","input":{"x":"${steps.a.result.n}"}},
                  {"id":"c","skill":"send","depends_on":["b"],"input":{"to":"${input.to}"}}],"output":"steps.c.result"}
        """;

    private static async Task<RunReport> RanAsync(
        RuntimeBench bench, string plan = Chain, string input = """{"q":1,"to":"ada"}""")
    {
        bench.Read.Answers(TwinAnswer.Ok("""{"n":7}"""));
        return await bench.RunAsync(bench.Plan(plan, input));
    }

    private static async Task<ReplayReport> ReplayAsync(RuntimeBench bench, RunId run, string mode)
    {
        var answer = await bench.Runtime.ReplayAsync(run, mode, CancellationToken.None);
        return answer.Value ?? throw new InvalidOperationException($"{answer.Outcome.Code}: {answer.Outcome.Message}");
    }

    private static ValueTask<Answer<RunReport>> ForkAsync(
        RuntimeBench bench, RunId run, string? step = null, long? seq = null, params (string, string)[] edits) =>
        bench.Runtime.ForkAsync(new ForkRequest
        {
            RunId = run,
            Step = step is null ? null : StepId.Parse(step),
            Seq = seq,
            Edits = [.. edits.Select(edit => new ForkEdit(edit.Item1, RuntimeBench.Json(edit.Item2)))],
            By = "me",
        }, CancellationToken.None);

    private static async Task<RunReport> ForkedAsync(
        RuntimeBench bench, RunId run, string? step = null, long? seq = null, params (string, string)[] edits)
    {
        var answer = await ForkAsync(bench, run, step, seq, edits);
        Assert.True(answer.Succeeded, $"{answer.Outcome.Code}: {answer.Outcome.Message}");
        var report = await bench.WaitAsync(answer.Value!.RunId);
        await bench.VerifyAsync(report.RunId);
        return report;
    }

    [Fact]
    public async Task A_world_that_answers_alike_is_at_parity()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(bench);

        var report = await ReplayAsync(bench, ran.RunId, "live");

        Assert.True(report.Parity, report.FirstDivergence?.Message);
        Assert.Equal(ran.BehaviourDigest, report.BehaviourDigest);
        Assert.All(report.Steps, step => Assert.True(step.Parity));
        Assert.Equal(2, bench.Send.Calls.Count); // For real.
        Assert.NotEqual(bench.Send.Calls[0].IdempotencyKey, bench.Send.Calls[1].IdempotencyKey);
        var repeated = (await bench.Runtime.ReportAsync(report.RepeatedBy!.Value, CancellationToken.None)).Value!;
        Assert.Equal((ran.RunId, RunStatus.Completed), (repeated.Repeats, repeated.Status));
        await bench.VerifyAsync(repeated.RunId);
    }

    [Fact]
    public async Task The_first_difference_of_a_repetition_is_named_by_step_and_field()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(bench);
        bench.Put.Answers(TwinAnswer.Fail("HTTP_404"));

        var report = await ReplayAsync(bench, ran.RunId, "live");

        Assert.False(report.Parity);
        Assert.Equal(
            ("b", "calls/0/attempts/0/code"),
            (report.FirstDivergence!.StepId!.Value.Value, report.FirstDivergence.Field));
        Assert.Equal(
            ("\"OK\"", "\"HTTP_404\""),
            (report.FirstDivergence.Expected!.ToString(), report.FirstDivergence.Found!.ToString()));
        Assert.Equal([true, false, false], report.Steps.Select(step => step.Parity));
        Assert.Equal(
            (StepStatus.Success, StepStatus.Failure),
            (report.Steps[1].Expected!.Status, report.Steps[1].Found!.Status));
    }

    [Fact]
    public async Task A_repetition_that_waits_for_somebody_says_so()
    {
        await using var bench = new RuntimeBench();
        var ran = await bench.RunAsync(bench.Plan("""{"steps":[{"id":"w","skill":"put","approval":{}}]}"""));
        var row =
            Assert.Single((await bench.Runtime.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);
        await bench.Runtime.DecideAsync(row.Id, true, "me", null, null, CancellationToken.None);
        await bench.WaitAsync(ran.RunId);

        var report = await ReplayAsync(bench, ran.RunId, "live");

        Assert.False(report.Parity);
        Assert.Contains("waiting for approval", report.FirstDivergence!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repetition_is_given_the_signals_that_the_run_took()
    {
        await using var bench = new RuntimeBench();
        var ran = await bench.RunAsync(
            bench.Plan("""{"steps":[{"id":"w","wait":{"signal":"go"}},{"id":"x","wait":{"signal":"go"},"depends_on":["w"]}],"output":"steps.x.result"}"""));
        foreach (var data in (string[])["1", "2", "3"])
            await bench.Runtime.SignalAsync(
                ran.RunId, SignalName.Parse("go"), RuntimeBench.Json(data), "me", null, CancellationToken.None);
        var ended = await bench.WaitAsync(ran.RunId);

        var report = await ReplayAsync(bench, ran.RunId, "live");

        Assert.True(report.Parity, report.FirstDivergence?.Message);
        var repeated = (await bench.Runtime.ReportAsync(report.RepeatedBy!.Value, CancellationToken.None)).Value!;
        Assert.Equal(("2", "2"), (ended.Output!.ToString(), repeated.Output!.ToString()));
    }

    [Fact]
    public async Task A_run_that_went_as_foreseen_is_at_parity_dry_and_touches_nothing()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(bench);

        var report = await ReplayAsync(bench, ran.RunId, "dry");

        Assert.True(report.Parity, report.FirstDivergence?.Message);
        Assert.Single(bench.Send.Calls);
        Assert.Equal([100d, 100, 100], report.Steps.Select(step => step.Found!.LatencyMs));
    }

    [Fact]
    public async Task A_run_that_went_otherwise_than_foreseen_says_where()
    {
        await using var bench = new RuntimeBench();
        bench.Put.Answers(TwinAnswer.Fail("HTTP_404"));
        var ran = await RanAsync(bench);

        var report = await ReplayAsync(bench, ran.RunId, "dry");

        Assert.Equal(
            (false, "b", "status"),
            (report.Parity, report.FirstDivergence!.StepId!.Value.Value, report.FirstDivergence.Field));
        Assert.Equal(
            (StepStatus.Failure, StepStatus.Success),
            (report.Steps[1].Expected!.Status, report.Steps[1].Found!.Status));
    }

    [Theory]
    [InlineData("dry")]
    [InlineData("live")]
    public async Task A_run_that_has_not_ended_is_not_compared(string mode)
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan("""{"steps":[{"id":"w","wait":{"signal":"go"}}]}"""));

        Assert.Equal(
            ErrorCodes.InvalidArgument,
            (await bench.Runtime.ReplayAsync(waiting.RunId, mode, CancellationToken.None)).Outcome.Code);
    }

    [Fact]
    public async Task A_fork_from_a_step_repeats_nothing_before_it()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(bench);

        var forked = await ForkedAsync(bench, ran.RunId, "c", edits: [("input.to", "\"bob\"")]);

        Assert.Equal((RunStatus.Completed, ran.RunId), (forked.Status, forked.ForkedFrom!.RunId));
        Assert.Equal((1, 1, 2), (bench.Read.Calls.Count, bench.Put.Calls.Count, bench.Send.Calls.Count));
        Assert.Equal(["ada", "bob"], bench.Send.Calls.Select(call => call.Input.Element.GetProperty("to").GetString()));
        Assert.NotEqual(bench.Send.Calls[0].IdempotencyKey, bench.Send.Calls[1].IdempotencyKey);
        Assert.Equal(forked.RunId, bench.Send.Calls[1].RunId);
        // The other run is as it was.
        Assert.Equal(
            ran.BehaviourDigest,
            (await bench.Runtime.ReportAsync(ran.RunId, CancellationToken.None)).Value!.BehaviourDigest);
        var journal = await bench.JournalAsync(forked.RunId);
        Assert.Equal(forked.ForkedFrom.Seq, journal.FindIndex(e => e is RunEvent.RunForked));
        Assert.Equal(
            journal.Take((int)forked.ForkedFrom.Seq),
            (await bench.JournalAsync(ran.RunId)).Take((int)forked.ForkedFrom.Seq));
    }

    [Fact]
    public async Task An_item_of_a_list_is_named_by_its_index()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(
            bench, """{"steps":[{"id":"a","skill":"read","input":{"q":"${input.rows[1].q[0]}"}}]}""",
            """{"rows":[{"q":[1]},{"q":[2]}]}""");

        await ForkedAsync(bench, ran.RunId, "a", edits: [("input.rows[1].q[0]", "3")]);

        Assert.Equal("3", bench.Read.Calls[^1].Input.Element.GetProperty("q").GetRawText());
        var nowhere = (await ForkAsync(bench, ran.RunId, "a", edits: [("input.rows[7].q", "3")])).Outcome;
        Assert.Equal("/input/rows/7/q", Assert.Single(nowhere.Failure!.Details).Pointer);
    }

    [Fact]
    public async Task The_input_of_a_step_can_be_another_template()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(bench);

        await ForkedAsync(
            bench, ran.RunId, "b",
            edits: [("steps.b.input.x", "\"${steps.a.result.n} times\""), ("/steps/c/input/to", "[1]")]);

        Assert.Equal("7 times", bench.Put.Calls[^1].Input.Element.GetProperty("x").GetString());
        Assert.Equal("[1]", bench.Send.Calls[^1].Input.Element.GetProperty("to").GetRawText());
    }

    [Fact]
    public async Task A_fork_of_a_failed_run_tries_the_failed_step_again()
    {
        await using var bench = new RuntimeBench();
        bench.Put.Answers(TwinAnswer.Fail("HTTP_404"));
        var failed = await RanAsync(bench);
        Assert.Equal(RunStatus.Failed, failed.Status);
        bench.Put.Answers(TwinAnswer.Ok("{}"));

        Assert.Equal(RunStatus.Completed, (await ForkedAsync(bench, failed.RunId, "b")).Status);
        Assert.Single(bench.Read.Calls);
    }

    [Fact]
    public async Task From_every_event_of_a_run_a_fork_ends_well_and_repeats_no_call_that_cannot_be_repeated()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(bench);
        var journal = await bench.JournalAsync(ran.RunId);
        for (var seq = 1; seq <= journal.Count; seq++)
        {
            var sent = bench.Send.Calls.Count;
            var answer = await ForkAsync(bench, ran.RunId, seq: seq);
            if (answer.Value is not { } forked)
            {
                Assert.Contains(
                    journal.Skip(seq - 1).Take(2),
                    e => e is RunEvent.RunStopping or RunEvent.RunEnded or RunEvent.StepEnded);
                continue;
            }
            var report = await bench.WaitAsync(forked.RunId);
            await bench.VerifyAsync(report.RunId);
            // The call that cannot be repeated was in flight at the cut, or was answered, or was not begun.
            var before = journal.Take((int)report.ForkedFrom!.Seq).ToList();
            var begun = before.OfType<RunEvent.AttemptStarted>().Any(e => e.StepId.Value == "c");
            Assert.Equal(begun ? 0 : 1, bench.Send.Calls.Count - sent);
            var answered = before.OfType<RunEvent.StepEnded>().Any(e => e.StepId.Value == "c");
            Assert.Equal(begun && !answered ? WaitReason.UnknownOutcome : null, report.WaitingFor);
        }
    }

    [Fact]
    public async Task An_approval_of_the_other_run_is_no_approval_of_the_fork()
    {
        await using var bench = new RuntimeBench();
        var waiting = await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"send","approval":{}}]}"""));
        var first =
            Assert.Single((await bench.Runtime.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!);
        await bench.Runtime.DecideAsync(first.Id, approved: true, "boss", null, null, CancellationToken.None);
        await bench.WaitAsync(waiting.RunId);
        var decided = (await bench.JournalAsync(waiting.RunId)).FindIndex(e => e is RunEvent.ApprovalDecided) + 1;

        foreach (var seq in (long[])[decided - 1, decided])
        {
            var forked = await ForkedAsync(bench, waiting.RunId, seq: seq);
            Assert.Equal(WaitReason.Approval, forked.WaitingFor);
        }
        Assert.Single(bench.Send.Calls);
        var open = (await bench.Runtime.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value!;
        Assert.Equal(2, open.Select(row => row.Id).Append(first.Id).Distinct().Count() - 1);
    }

    [Fact]
    public async Task A_fork_that_makes_no_sense_is_refused()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(bench);
        async Task<(string, string)> Refused(string? step = null, long? seq = null, params (string, string)[] edits)
        {
            var outcome = (await ForkAsync(bench, ran.RunId, step, seq, edits)).Outcome;
            return (outcome.Code.Value, outcome.Message ?? "");
        }

        Assert.Equal("UNKNOWN_STEP", (await Refused("zz")).Item1);
        Assert.Equal("INVALID_ARGUMENT", (await Refused(seq: 0)).Item1);
        Assert.Equal("INVALID_ARGUMENT", (await Refused(seq: 999)).Item1);
        Assert.Equal("INVALID_ARGUMENT", (await Refused()).Item1);
        Assert.Contains(
            "has begun before the cut", (await Refused("c", null, ("steps.a.input.q", "2"))).Item2,
            StringComparison.Ordinal);
        Assert.Equal("UNKNOWN_STEP", (await Refused("c", null, ("steps.zz.input", "{}"))).Item1);
        Assert.Equal("INVALID_ARGUMENT", (await Refused("c", null, ("output", "1"))).Item1);
        Assert.Equal("INVALID_ARGUMENT", (await Refused("c", null, ("input.no.where", "1"))).Item1);
        Assert.Equal("INVALID_INPUT", (await Refused("c", null, ("input", "1"))).Item1);
        Assert.Equal("INVALID_JSON", (await Refused("c", null, ("input.to", """{"a":1,"a":2}"""))).Item1);
        Assert.Equal(
            "INVALID_PLAN", (await Refused("c", null, ("steps.c.input.to", "\"${steps.nobody.result}\""))).Item1);
        Assert.Equal(ErrorCodes.UnknownRun, (await ForkAsync(bench, RunId.Parse("run_00000000"), "a")).Outcome.Code);
        Assert.Single(
            (await bench.Runtime.ListRunsAsync(
                new Aos.Abstractions.Storage.RunFilter(), CancellationToken.None)).Value!);
    }

    [Fact]
    public async Task A_fork_can_be_forked()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(bench);
        var first = await ForkedAsync(bench, ran.RunId, "b", edits: [("input.to", "\"bob\"")]);

        var second = await ForkedAsync(bench, first.RunId, "c", edits: [("input.to", "\"eve\"")]);

        Assert.Equal(first.RunId, second.ForkedFrom!.RunId);
        Assert.Equal(
            ["ada", "bob", "eve"], bench.Send.Calls.Select(call => call.Input.Element.GetProperty("to").GetString()));
        Assert.Equal(OutcomeStatus.Success, second.Steps[2].Outcome!.Status);
    }

    [Fact]
    public async Task A_fork_outlives_its_process()
    {
        await using var bench = new RuntimeBench();
        var ran = await RanAsync(
            bench, """{"steps":[{"id":"a","skill":"read"},{"id":"w","wait":{"signal":"go"},"depends_on":["a"]}]}""");
        var forked = await ForkedAsync(bench, ran.RunId, "a");
        await bench.CloseAsync(bench.Runtime);
        bench.Open();

        await bench.Runtime.SignalAsync(forked.RunId, SignalName.Parse("go"), null, "me", null, CancellationToken.None);
        var resumed = Assert.Single(await bench.Runtime.ResumeAsync(forked.RunId, CancellationToken.None));

        Assert.Equal(RunStatus.Completed, resumed.Value!.Status);
        Assert.Equal(
            RunStatus.Waiting, (await bench.Runtime.ReportAsync(ran.RunId, CancellationToken.None)).Value!.Status);
        await bench.VerifyAsync(forked.RunId);
    }
}
