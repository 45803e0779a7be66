using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Contracts.Values;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;
using Microsoft.Extensions.Time.Testing;

namespace Aos.Tests.Runtime;

public sealed class TraceTests
{
    [Fact]
    public async Task A_trace_follows_a_run_to_its_end_each_event_once_and_in_order()
    {
        await using var bench = new RuntimeBench();
        var gate = new TaskCompletionSource<TwinAnswer>();
        bench.Put.Answers(TwinAnswer.When(gate.Task));
        var run = await bench.SubmitAsync(
            bench.Plan(
                """{"steps":[{"id":"a","skill":"put","input":{"x":1}},{"id":"b","skill":"pure","depends_on":["a"]}]}"""));
        var lines = new List<string>();
        var third = new TaskCompletionSource();
        var following = Task.Run(async () =>
        {
            await foreach (var line in bench.Runtime.TraceAsync(run.RunId, follow: true, CancellationToken.None))
            {
                lines.Add(line.ToJson());
                if (lines.Count == 3) third.SetResult();
            }
        }, TestContext.Current.CancellationToken);
        await third.Task;
        gate.SetResult(TwinAnswer.Ok());
        await bench.WaitAsync(run.RunId);
        // No time passes for the run: who follows it is told by who writes it.
        await following.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        var read = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(1, lines.Count), read.Select(line => line.GetProperty("seq").GetInt32()));
        Assert.Equal(
            ["run_submitted", "plan_accepted", "attempt_started", "attempt_returned", "step_ended", "attempt_started",
                "attempt_returned", "step_ended", "run_ended"],
            read.Select(line => line.GetProperty("type").GetString()));
        Assert.Equal(
            ("a", 1, 1),
            (read[2].GetProperty("step_id").GetString(), read[2].GetProperty("attempt").GetInt32(),
                read[2].GetProperty("data").GetProperty("input").GetProperty("x").GetInt32()));
        Assert.All(read, line => Assert.False(line.GetProperty("data").TryGetProperty("type", out _)));
    }

    [Fact]
    public async Task A_segment_that_begins_earlier_shows_nothing_twice()
    {
        await using var bench = new RuntimeBench();
        bench.Put.Answers(TwinAnswer.Hangs());
        var run = await bench.SubmitAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put"}]}"""));
        var whole = new WholeStore(bench.Store);
        // The reader's own clock: under the run's, the hanging call would time out and the run end while the reader
        // looks.
        var time = new FakeTimeProvider(bench.Time.GetUtcNow());
        await using var reader = new Aos.Runtime.AosRuntime(
            new Aos.Runtime.AosRuntimeParts
            {
                Store = whole,
                Skills = Aos.Runtime.Skills.SkillRegistry.Create(bench.Skills),
                Time = time
            });
        using var stop = new CancellationTokenSource();
        var seen = new List<long>();
        whole.OnThirdRead = stop.Cancel;
        var following = Task.Run(async () =>
        {
            await foreach (var line in reader.TraceAsync(run.RunId, follow: true, stop.Token)) seen.Add(line.Seq);
        }, TestContext.Current.CancellationToken);
        while (!following.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.True(seen.Count >= 3, "The reader saw nothing of the run.");
        Assert.Equal(Enumerable.Range(1, seen.Count).Select(seq => (long)seq), seen);
    }

    [Fact]
    public async Task A_run_that_is_not_there_has_no_trace_to_wait_for()
    {
        await using var bench = new RuntimeBench();
        await foreach (var line in bench.Runtime.TraceAsync(
            RunId.Parse("run_00000000"), follow: true, CancellationToken.None))
            Assert.Fail($"There is no such run, but it has {line}.");
        Assert.Equal(
            "UNKNOWN_RUN",
            (await bench.Runtime.WaitAsync(RunId.Parse("run_00000000"), CancellationToken.None)).Outcome.Code.Value);
        Assert.Equal(
            "UNKNOWN_RUN",
            (await bench.Runtime.CancelAsync(
                RunId.Parse("run_00000000"), "me", null, CancellationToken.None)).Code.Value);
        Assert.Equal(
            "UNKNOWN_RUN",
            (await bench.Runtime.ReplayAsync(
                RunId.Parse("run_00000000"), "verify", CancellationToken.None)).Outcome.Code.Value);
        Assert.Equal(
            "INVALID_ARGUMENT",
            (await bench.Runtime.ReplayAsync(
                RunId.Parse("run_00000000"), "guess", CancellationToken.None)).Outcome.Code.Value);
    }

    [Fact]
    public async Task Twins_keep_the_contracts_of_the_skills_that_they_stand_for()
    {
        await using var bench = new RuntimeBench();
        var (http, llm, json) =
            (SkillTwins.HttpCall(bench.Time), SkillTwins.LlmInvoke(time: bench.Time),
                SkillTwins.JsonTransform(bench.Time));
        bench.Skills.AddRange([http, llm, json]);
        var report = await bench.RunAsync(bench.Plan("""
            {"steps":[
              {"id":"h","skill":"http_call","input":{"url":"https://example.com/"}},
              {"id":"l","skill":"llm_invoke","input":{"model":"fast","prompt":"say ok","max_tokens":5},"depends_on":["h"]},
              {"id":"j","skill":"json_transform","input":{"data":"${steps.l.result.usage}","expression":"input_tokens"}}],
             "output":"[steps.h.result.status, steps.l.result.text, steps.j.result.value]"}
            """));
        Assert.Equal("""[200,"ok",10]""", report.Output!.ToString());
        Assert.Equal(Money.FromCents(4), report.Cost);
        foreach (var (skill, input) in new[] { ("http_call", "{}"), ("llm_invoke", """{"model":"fast"}"""),
            ("llm_invoke", """{"model":"m","prompt":"a","messages":[]}"""), ("json_transform", """{"data":1}""") })
            Assert.Equal(
                "INVALID_INPUT",
                (await bench.Runtime.ExecuteAsync(bench.Call(skill, input), CancellationToken.None)).Code.Value);
        http.Answers(TwinAnswer.Ok("""{"status":"200"}"""));
        Assert.Equal(
            "INVALID_OUTPUT",
            (await bench.Runtime.ExecuteAsync(
                bench.Call("http_call", """{"url":"https://example.com/"}"""), CancellationToken.None)).Code.Value);
        Assert.Equal((2, 1, 1), (http.Calls.Count, llm.Calls.Count, json.Calls.Count));
    }

    /// <summary>A store whose journals are one segment each, as after compaction.</summary>
    private sealed class WholeStore(IStore inner) : Proxy(inner)
    {
        private int _reads;

        public Action? OnThirdRead { get; set; }

        public override ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(
            RunId runId, long afterSeq, CancellationToken cancel)
        {
            if (++_reads == 3) OnThirdRead?.Invoke();
            return base.ReadAsync(runId, 0, cancel);
        }
    }
}
