using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Statistics;
using Aos.Contracts.Values;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>Estimates beside what came, from the journals.</summary>
public sealed class CalibrationTests
{
    [Fact]
    public async Task Estimates_are_scored_by_error_bias_and_the_share_that_stayed_within()
    {
        await using var bench = new RuntimeBench();
        // Four cents are expected of each: one is dearer, two are cheaper, one costs just that, though it fails.
        bench.Paid.Answers(
            TwinAnswer.Ok("{}", 10), TwinAnswer.Ok("{}", 1), TwinAnswer.Ok("{}", 1),
            TwinAnswer.Of(
                SkillResult.Failure(ErrorCodes.Http404, "Not there.", EffectState.None) with
                {
                    Cost = Money.FromCents(4)
                }));
        for (var i = 0; i < 4; i++) await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"paid"}]}"""));
        await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"pure"}]}"""));

        var report = await ScoreAsync(bench);

        Assert.Equal((5, 2), (report.RunsRead, report.Skills.Count));
        var paid = report.Skills[0];
        Assert.Equal(("paid@1.0.0", 4), (paid.Skill.Value, paid.Calls));
        // Errors of 6, 3, 3 and 0 cents; in sum 6 - 3 - 3 = 0.
        Assert.Equal(
            (4, 4, 3, 0, 0.75),
            (paid.CostCents.Predicted, paid.CostCents.Actual, paid.CostCents.MeanError, paid.CostCents.Bias,
                paid.CostCents.Within));
        Assert.Null(paid.CostCents.P95); // Of two calls nothing is learned.
        Assert.Equal(100, paid.LatencyMs.Predicted); // The contract says nothing of its time.
        Assert.Equal("pure@1.0.0", report.Skills[1].Skill.Value);
    }

    [Fact]
    public async Task A_percentile_is_learned_from_the_older_half_and_scored_on_the_newer()
    {
        await using var bench = new RuntimeBench();
        // The older twenty cost 1 to 20 tenths of a cent: 19 of them cost 1.9 or less. Of the newer twenty, five cost
        // more.
        var costs = Enumerable.Range(1, 20).Select(i => i / 10m)
            .Concat(Enumerable.Range(0, 20).Select(i => i < 5 ? 3m : 1m)).ToList();
        bench.Paid.Answers([.. costs.Select(cents => TwinAnswer.Ok("{}", cents))]);
        for (var i = 0; i < 40; i++)
        {
            await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"paid"}]}"""));
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var cost = (await ScoreAsync(bench)).Skills[0].CostCents;

        Assert.Equal((1.9, 0.75), (cost.P95, cost.P95Coverage));
        var last = await ScoreAsync(bench, runs: 1);
        Assert.Equal((1, 1), (last.RunsRead, last.Skills[0].Calls));
    }

    [Fact]
    public async Task Calls_that_were_cut_short_are_left_out()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Hangs());
        var run = await bench.SubmitAsync(bench.Plan("""{"steps":[{"id":"a","skill":"read"}]}"""));
        await bench.Runtime.CancelAsync(run.RunId, "tester", null, CancellationToken.None);
        Assert.Equal(RunStatus.Cancelled, (await bench.WaitAsync(run.RunId)).Status);

        Assert.Empty((await ScoreAsync(bench)).Skills);
    }

    private static async Task<CalibrationReport> ScoreAsync(RuntimeBench bench, int runs = 200) =>
        (await bench.Runtime.CalibrationAsync(runs, CancellationToken.None)).Value!;
}
