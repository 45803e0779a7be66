using Aos.Abstractions.Storage;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

public sealed class IdempotencyTests
{
    private const string Plan =
        """{"steps":[{"id":"a","skill":"send","input":{"n":"${input.n}"}}],"output":"steps.a.result"}""";

    [Fact]
    public async Task The_same_key_and_request_give_the_same_run_without_a_second_call()
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.Ok("""{"sent":true}"""));
        var first = await bench.RunAsync(bench.Plan(Plan, """{"n":1}""", "key"));
        var second = await bench.RunAsync(bench.Plan(Plan, """{ "n": 1.0 }""", "key"));
        Assert.Equal((first.RunId, first.Output), (second.RunId, second.Output));
        Assert.Single(bench.Send.Calls);
        Assert.NotEqual(first.RunId, (await bench.RunAsync(bench.Plan(Plan, """{"n":1}""", "other"))).RunId);
    }

    [Fact]
    public async Task The_same_key_with_another_request_is_refused()
    {
        await using var bench = new RuntimeBench();
        var request = bench.Plan(Plan, """{"n":1}""", "key");
        await bench.RunAsync(request);
        foreach (var other in new[]
        {
            bench.Plan(Plan, """{"n":2}""", "key"),
            bench.Plan(Plan.Replace("\"a\"", "\"b\"").Replace("steps.a", "steps.b"), """{"n":1}""", "key"),
            request with { Goal = "another" },
            request with { Profile = bench.Profile with { AgentId = "another" } },
        })
            Assert.Equal(
                "IDEMPOTENCY_CONFLICT",
                (await bench.Runtime.RunAsync(other, CancellationToken.None)).Outcome.Code.Value);
        Assert.Single(bench.Send.Calls);
    }

    [Fact]
    public async Task Calls_that_race_with_one_key_make_one_run()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var bench = new RuntimeBench();
            var runtime = bench.Open();
            var request = bench.Plan(Plan, """{"n":1}""", "key");
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 8)
                    .Select(_ => Task.Run(async () => await runtime.RunAsync(request, CancellationToken.None))));
            Assert.All(answers, answer => Assert.Equal(RunStatus.Completed, answer.Value?.Status));
            Assert.Single(answers.Select(answer => answer.Value!.RunId).Distinct());
            Assert.Single(bench.Send.Calls);
        }
    }

    [Fact]
    public async Task Processes_that_race_with_one_key_make_one_run()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var bench = new RuntimeBench();
            var request = bench.Plan(Plan, """{"n":1}""", "key");
            var runtimes = Enumerable.Range(0, 4).Select(_ => bench.Open()).ToList();
            var answers = await Task.WhenAll(
                runtimes.Select(
                    runtime => Task.Run(async () => await runtime.SubmitAsync(request, CancellationToken.None))));
            Assert.All(answers, answer => Assert.True(answer.Succeeded, answer.Outcome.Message));
            Assert.Single(answers.Select(answer => answer.Value!.RunId).Distinct());
            foreach (var runtime in runtimes) await runtime.WaitAsync(answers[0].Value!.RunId, CancellationToken.None);
            Assert.Single(bench.Send.Calls);
        }
    }

    [Fact]
    public async Task A_call_whose_run_another_process_has_left_says_so_and_is_not_made_again()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.HangsForever(), TwinAnswer.Ok());
        var first = bench.Open();
        _ = first.ExecuteAsync(bench.Call("read") with { IdempotencyKey = "k" }, CancellationToken.None).AsTask();
        await bench.Read.WhenCalledAsync();
        bench.Crash();
        var second = bench.Open();
        Assert.Equal(
            "RUN_OWNED",
            (await second.ExecuteAsync(
                bench.Call("read") with { IdempotencyKey = "k" }, CancellationToken.None)).Code.Value);
        Assert.Single(bench.Read.Calls);
        await second.ResumeAsync(null, CancellationToken.None);
        Assert.Equal(
            OutcomeStatus.Success,
            (await second.ExecuteAsync(
                bench.Call("read") with { IdempotencyKey = "k" }, CancellationToken.None)).Status);
        Assert.Equal(2, bench.Read.Calls.Count);
    }

    [Fact]
    public async Task The_same_key_in_another_process_waits_for_the_run_that_is_under_way()
    {
        await using var bench = new RuntimeBench();
        var answer = new TaskCompletionSource<TwinAnswer>();
        bench.Send.Answers(TwinAnswer.When(answer.Task));
        var first = bench.Open();
        var request = bench.Plan(Plan, """{"n":1}""", "key");
        var run = first.RunAsync(request, CancellationToken.None).AsTask();
        await bench.Send.WhenCalledAsync();

        var second = bench.Open();
        var same = second.RunAsync(request, CancellationToken.None).AsTask();
        await bench.Time.WhenArmedAsync(TimeSpan.FromMilliseconds(100));
        Assert.False(same.IsCompleted);
        answer.SetResult(TwinAnswer.Ok("""{"sent":true}"""));
        await run;
        bench.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(
            (RunStatus.Completed, """{"sent":true}"""),
            ((await same).Value!.Status, (await same).Value!.Output!.ToString()));
        Assert.Single(bench.Send.Calls);
    }

    [Fact]
    public async Task Who_follows_a_run_is_told_how_it_stands_when_its_process_dies()
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.HangsForever());
        var first = bench.Open();
        var request = bench.Plan(Plan, """{"n":1}""", "key");
        await first.SubmitAsync(request, CancellationToken.None);
        await bench.Send.WhenCalledAsync();
        var second = bench.Open();
        var same = second.RunAsync(request, CancellationToken.None).AsTask();
        await bench.Time.WhenArmedAsync(TimeSpan.FromMilliseconds(100));
        bench.Crash();
        bench.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(RunStatus.Running, (await same).Value!.Status);
        Assert.Single(bench.Send.Calls);
    }

    [Theory, InlineData(""), InlineData(257)]
    public async Task A_key_that_is_no_key_is_refused(object key)
    {
        await using var bench = new RuntimeBench();
        var text = key as string ?? new string('k', (int)key);
        Assert.Equal(
            "INVALID_ARGUMENT",
            (await bench.Runtime.SubmitAsync(bench.Plan(Plan, key: text), CancellationToken.None)).Outcome.Code.Value);
        Assert.Empty((await bench.Runtime.ListRunsAsync(new RunFilter(), CancellationToken.None)).Value!);
    }
}
