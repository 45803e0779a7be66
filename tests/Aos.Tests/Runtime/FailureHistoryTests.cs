using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>What is learned from failures: how often trying again helped.</summary>
public sealed class FailureHistoryTests
{
    private const string Get = """{"steps":[{"id":"a","skill":"read","retry":{"max_attempts":3}}]}""";

    [Fact]
    public async Task Each_failed_attempt_is_counted_with_what_the_next_one_brought()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(
            Fail("HTTP_503"), Fail("TIMEOUT"), TwinAnswer.Ok(), Fail("HTTP_503"), TwinAnswer.Ok(),
            TwinAnswer.Fail("HTTP_404"));
        await bench.RunAsync(bench.Plan(Get));
        await bench.RunAsync(bench.Plan(Get));
        await bench.RunAsync(bench.Plan(Get));

        var records = (await bench.Runtime.RecoveryAsync(CancellationToken.None)).Value!;

        // 503, then a time-out, then well; 503, then well; 404, which is never tried again.
        Assert.Equal(["HTTP_503 2 2 1", "HTTP_404 1 0 0", "TIMEOUT 1 1 1"],
            records.Select(record => $"{record.Code} {record.Failures} {record.Tries} {record.Successes}"));
        Assert.All(records, record => Assert.Equal("read", record.Skill.Value));
    }

    [Fact]
    public async Task A_fallback_is_counted_for_the_failure_that_led_to_it()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(_ => TwinAnswer.Fail("HTTP_404"));
        bench.Put.Answers(TwinAnswer.Ok(), TwinAnswer.Fail("HTTP_404"));
        var plan = """{"steps":[{"id":"a","skill":"read","on_failure":{"fallback":{"skill":"put","input":{}}}}]}""";
        await bench.RunAsync(bench.Plan(plan));
        await bench.RunAsync(bench.Plan(plan));

        var records = (await bench.Runtime.RecoveryAsync(CancellationToken.None)).Value!;

        var read = records.Single(record => record.Skill.Value == "read");
        Assert.Equal((2, 0, 2, 1), (read.Failures, read.Tries, read.Fallbacks, read.FallbackSuccesses));
        Assert.Equal(1, records.Single(record => record.Skill.Value == "put").Failures);
    }

    [Fact]
    public async Task An_agent_is_told_how_often_such_failures_recovered()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(
            Fail("HTTP_503"), TwinAnswer.Ok(), Fail("HTTP_503"), Fail("HTTP_503"),
            TwinAnswer.Fail("HTTP_503", retryAfter: TimeSpan.Zero));
        await bench.RunAsync(bench.Plan(Get));
        var failed = await bench.RunAsync(bench.Plan(Get));
        Assert.Equal(RunStatus.Failed, failed.Status);

        var why = await AskAsync(bench, failed.RunId, "why_did_step_fail");
        var similar = (await AskAsync(bench, failed.RunId, "similar_failures"))[0];

        // Four failures, of which three were tried again, one of them with success.
        Assert.Equal(
            (4, 3, 1), (Number(why.GetProperty("recovery"), "failures"), Number(why.GetProperty("recovery"), "tries"),
            Number(why.GetProperty("recovery"), "successes")));
        Assert.Equal(4, Number(why.GetProperty("failure"), "similar_past_failures"));
        Assert.Equal(0.3333, why.GetProperty("failure").GetProperty("past_recovery_rate").GetDouble());
        Assert.Equal(4, Number(similar.GetProperty("recovery"), "failures"));
    }

    [Fact]
    public async Task The_log_has_every_failed_attempt_and_what_was_done_about_it()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(Fail("HTTP_503"), TwinAnswer.Fail("HTTP_404"));
        var run = await bench.RunAsync(bench.Plan(Get));

        var log = new List<FailureLogEntry>();
        await foreach (var entry in bench.Runtime.FailureLogAsync(10, CancellationToken.None)) log.Add(entry);

        Assert.Equal([(1, "HTTP_503", "retry", false), (2, "HTTP_404", "none", (bool?)null)],
            log.Select(entry => (entry.Attempt, entry.Code.Value, entry.Then, entry.Recovered)));
        Assert.All(
            log, entry => Assert.Equal((run.RunId, "a", "read"), (entry.RunId, entry.StepId.Value, entry.Skill.Value)));
    }

    private static TwinAnswer Fail(string code) => TwinAnswer.Fail(code, retryAfter: TimeSpan.Zero);

    private static int Number(JsonElement from, string member) => from.GetProperty(member).GetInt32();

    private static async Task<JsonElement> AskAsync(RuntimeBench bench, RunId run, string query)
    {
        var outcome = await bench.Runtime.QueryAsync(run, query, null, CancellationToken.None);
        return outcome.Result!.Element;
    }
}
