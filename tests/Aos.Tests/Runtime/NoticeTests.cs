using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Runs;
using Aos.Runtime.Webhooks;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>What is announced of runs, in the slices that hold the events. The skill <c>paid</c> costs 10 cents at
/// worst.</summary>
public sealed class NoticeTests
{
    private static (RuntimeBench Bench, List<WebhookMessage> Told) Announcing(Func<string, bool> announces)
    {
        var (bench, told) = (new RuntimeBench { Announces = announces }, new List<WebhookMessage>());
        _ = bench.Runtime;
        bench.Store.Wrote = slice =>
        {
            foreach (var record in slice.Records)
            {
                var message = AosJson.Read<WebhookMessage>(record.Body!.Value.Span);
                Assert.Equal(
                    $"msg_{message.Data.RunId.Value[4..]}_{message.Data.Seq:D8}_{message.Type.Replace('.', '_')}",
                    record.Id);
                Assert.InRange(message.Data.Seq, slice.AfterSeq + 1, slice.AfterSeq + slice.Count);
                told.Add(message);
            }
        };
        return (bench, told);
    }

    [Fact]
    public async Task A_run_that_spends_most_of_its_budget_waits_and_ends_is_announced_at_each_turn_once()
    {
        var (bench, told) = Announcing(tenant => tenant == "local");
        await using var _ = bench;
        bench.Paid.Answers(TwinAnswer.Ok(cents: 7), TwinAnswer.Ok(cents: 9), TwinAnswer.Ok(cents: 1));
        var run = await bench.RunAsync(bench.Plan("""
            {"steps":[{"id":"a","skill":"paid","retry":{"max_attempts":1}},{"id":"b","depends_on":["a"],"skill":"paid","retry":{"max_attempts":1}},
              {"id":"w","depends_on":["b"],"wait":{"signal":"go"}}]}
            """));
        Assert.Equal(RunStatus.Waiting, run.Status);
        await bench.Runtime.SignalAsync(run.RunId, SignalName.Parse("go"), null, "test", null, CancellationToken.None);
        await bench.WaitAsync(run.RunId);

        Assert.Equal(["budget.threshold 16 of 20", "run.waiting 16 of 20", "run.completed 16 of 20"],
            told.Select(message => $"{message.Type} {message.Data.Cost.Cents:0} of {message.Data.Limit.Cents:0}"));
        Assert.Equal(
            [null, WaitReason.Signal, null],
            told.Select(message => message.Type == "budget.threshold" ? null : message.Data.WaitingFor));
        Assert.All(
            told, message =>
                Assert.Equal(
                    (run.RunId, "tester", "local"), (message.Data.RunId, message.Data.AgentId, message.Data.Tenant)));
        Assert.Equal(ErrorCode.Parse("OK"), told[^1].Data.Code);
    }

    [Fact]
    public async Task Nothing_is_announced_of_tenants_that_nobody_asks_about_nor_of_waits_for_the_time()
    {
        var (bench, told) = Announcing(tenant => tenant != "local");
        await using var _ = bench;
        await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"pure"}]}"""));
        Assert.Empty(told);

        (bench, told) = Announcing(_ => true);
        await using var __ = bench;
        var run = await bench.SubmitAsync(bench.Plan("""{"steps":[{"id":"w","wait":{"for_ms":3600000}}]}"""));
        await bench.Store.WhenAsync<RunEvent.WaitStarted>();
        await bench.Runtime.CancelAsync(run.RunId, "test", null, CancellationToken.None);
        await bench.WaitAsync(run.RunId);
        Assert.Equal(["run.cancelled"], told.Select(message => message.Type));
    }

    [Fact]
    public async Task A_fork_announces_what_happens_to_itself_and_not_what_happened_before_it()
    {
        var (bench, told) = Announcing(_ => true);
        await using var _ = bench;
        var run = await bench.RunAsync(bench.Plan("""
            {"steps":[{"id":"a","skill":"pure"},{"id":"b","depends_on":["a"],"skill":"put","approval":{"role":"operator"}}]}
            """));
        Assert.Equal(["approval.requested", "run.waiting"], told.Select(message => message.Type));
        var asked = told[0].Data;
        Assert.Equal(("b", "put", "operator"), (asked.StepId!.Value.Value, asked.Skill!.Value.Value, asked.Role));
        told.Clear();

        var fork =
            (await bench.Runtime.ForkAsync(
                new ForkRequest { RunId = run.RunId, Step = StepId.Parse("b"), By = "test" },
                CancellationToken.None)).Value!;
        await bench.WaitAsync(fork.RunId);

        Assert.Equal(["approval.requested", "run.waiting"], told.Select(message => message.Type));
        Assert.All(told, message => Assert.Equal(fork.RunId, message.Data.RunId));
        Assert.NotEqual(asked.ApprovalId, told[0].Data.ApprovalId);
    }

    [Fact]
    public void A_signature_is_that_of_the_specification()
    {
        // The example of the Standard Webhooks specification.
        var signature = WebhookSignature.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
            DateTimeOffset.FromUnixTimeSeconds(1614265330), """{"test": 2432232314}"""u8);
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }
}
