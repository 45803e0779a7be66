using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Runs;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>What the ledger holds for a run from its admission to its end. The skill <c>paid</c> costs 10 cents at
/// worst and is tried four times; the clock of the bench stands at 2026-01-02 03:04:05 UTC.</summary>
public sealed class LedgerTests
{
    private const string OnePaid = """{"steps":[{"id":"a","skill":"paid"}]}""";
    private const string Once = """{"steps":[{"id":"a","skill":"paid","retry":{"max_attempts":1}}]}""";
    private const string Waits =
        """{"steps":[{"id":"a","skill":"paid"},{"id":"w","depends_on":["a"],"wait":{"signal":"go"}}]}""";

    [Fact]
    public async Task A_paid_run_is_two_writes_of_the_ledger_and_a_free_one_is_none()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(TwinAnswer.Ok(cents: 4));
        var changes = new List<LedgerChange>();
        _ = bench.Runtime;
        bench.Store.Wrote = slice => { if (slice.Ledger is { } change) changes.Add(change); };

        await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"pure"},{"id":"b","skill":"put"}]}"""));
        Assert.Empty(changes);
        await bench.RunAsync(bench.Plan(OnePaid));

        Assert.Equal(
            [(40m, 0m), (-40m, 4m)], changes.Select(change => (change.Held.NanoUsd / 10_000_000m, change.Spent.Cents)));
        Assert.Equal("2026-01-02", changes[0].Day);
        Assert.Equal([new SkillCost("paid", Money.FromCents(4))], changes[1].Skills);
    }

    [Fact]
    public async Task The_smaller_of_budget_and_worst_case_is_held_and_a_goal_holds_its_budget()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(_ => TwinAnswer.Hangs());
        var four = await bench.SubmitAsync(bench.Plan(OnePaid));
        var budget = await bench.SubmitAsync(bench.Plan(OnePaid) with { Budget = Money.FromCents(25) });

        Assert.Equal(
            [(four.RunId, 40m), (budget.RunId, 25m)],
            (await ChargesAsync(bench)).Select(charge => (charge.RunId, charge.Held.Cents)));
    }

    [Fact]
    public async Task A_run_for_which_the_day_has_no_room_is_refused_with_what_is_left_and_when_it_ends()
    {
        await using var bench = new RuntimeBench { Tenant = Tenant(perDay: 100) };
        bench.Paid.Answers(_ => TwinAnswer.Hangs());
        await bench.SubmitAsync(bench.Plan(OnePaid));
        await bench.SubmitAsync(bench.Plan(OnePaid));

        var refused = await bench.Runtime.SubmitAsync(bench.Plan(OnePaid), CancellationToken.None);

        Assert.Equal("TENANT_BUDGET_EXCEEDED", refused.Outcome.Code.Value);
        Assert.Equal("The run may cost 40¢, and tenant 'local' has 20¢ of its 100¢ a day left: 0¢ are spent and 80¢ held for open runs. "
            + "The day ends at 2026-01-03 00:00:00 UTC.", refused.Outcome.Message);
        Assert.Equal((20 * 3600 + 55 * 60 + 55) * 1000L, refused.Outcome.Failure!.RetryAfterMs);
        Assert.Equal(2, (await bench.Runtime.ListRunsAsync(new RunFilter(), CancellationToken.None)).Value!.Count);
        // What fits still runs.
        Assert.NotNull(
            (await bench.Runtime.SubmitAsync(
                bench.Plan(OnePaid) with { Budget = Money.FromCents(20) }, CancellationToken.None)).Value);
    }

    [Fact]
    public async Task A_hold_beyond_the_limit_itself_has_no_moment_to_wait_for()
    {
        await using var bench = new RuntimeBench { Tenant = Tenant(perDay: 30) };

        var refused = await bench.Runtime.SubmitAsync(bench.Plan(OnePaid), CancellationToken.None);

        Assert.Equal("TENANT_BUDGET_EXCEEDED", refused.Outcome.Code.Value);
        Assert.Null(refused.Outcome.Failure!.RetryAfterMs);
    }

    [Fact]
    public async Task An_agent_has_limits_of_its_own_and_the_longer_period_is_named()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(_ => TwinAnswer.Ok(cents: 10));
        var request = bench.Plan(Once) with
        {
            Profile = bench.Profile with
            {
                Budget = new BudgetSpec { PerDay = Money.FromCents(15), PerMonth = Money.FromCents(15) }
            },
        };
        await bench.RunAsync(request);

        var refused = await bench.Runtime.RunAsync(request, CancellationToken.None);
        var other = await bench.Runtime.RunAsync(
            request with { Profile = request.Profile with { AgentId = "other" } }, CancellationToken.None);

        Assert.Equal("AGENT_BUDGET_EXCEEDED", refused.Outcome.Code.Value);
        Assert.Contains(
            "agent 'tester' has 5¢ of its 15¢ a month left", refused.Outcome.Message!, StringComparison.Ordinal);
        Assert.Contains("ends at 2026-02-01 00:00:00 UTC", refused.Outcome.Message!, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Completed, other.Value!.Status);
    }

    [Fact]
    public async Task A_new_day_has_room_again()
    {
        await using var bench = new RuntimeBench { Tenant = Tenant(perDay: 10) };
        bench.Paid.Answers(_ => TwinAnswer.Ok(cents: 10));
        await bench.RunAsync(bench.Plan(Once));
        Assert.Equal(
            "TENANT_BUDGET_EXCEEDED",
            (await bench.Runtime.RunAsync(bench.Plan(Once), CancellationToken.None)).Outcome.Code.Value);

        bench.Time.Advance(TimeSpan.FromHours(21));

        Assert.Equal(RunStatus.Completed, (await bench.RunAsync(bench.Plan(Once))).Status);
    }

    [Fact]
    public async Task A_limit_of_zero_admits_runs_that_cost_nothing_only()
    {
        await using var bench = new RuntimeBench { Tenant = Tenant(perDay: 0) };

        Assert.Equal(
            "TENANT_BUDGET_EXCEEDED",
            (await bench.Runtime.RunAsync(bench.Plan(OnePaid), CancellationToken.None)).Outcome.Code.Value);
        Assert.Equal(
            RunStatus.Completed, (await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put"}]}"""))).Status);
    }

    [Fact]
    public async Task Cancelling_gives_back_what_was_not_spent()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(TwinAnswer.Ok(cents: 3));
        var run = await bench.RunAsync(bench.Plan(Waits));
        Assert.Equal((40m, 0m), await TodayAsync(bench));

        await bench.Runtime.CancelAsync(run.RunId, "me", null, CancellationToken.None);
        await bench.WaitAsync(run.RunId);

        Assert.Equal((0m, 3m), await TodayAsync(bench));
        await bench.VerifyAsync(run.RunId);
    }

    [Fact]
    public async Task A_run_whose_process_died_keeps_its_hold_until_its_next_owner_ends_it()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(TwinAnswer.Hangs(), TwinAnswer.Ok(cents: 3));
        var run = await bench.SubmitAsync(bench.Plan(OnePaid));
        await bench.Paid.WhenCalledAsync();
        bench.Crash();
        var next = bench.Open();
        Assert.Equal((40m, 0m), await TodayAsync(bench));

        await next.ResumeAsync(null, CancellationToken.None);

        // What the lost attempt held counts as spent: nobody knows that it cost nothing.
        Assert.Equal((0m, 13m), await TodayAsync(bench));
        Assert.Equal(13m, (await next.ReportAsync(run.RunId, CancellationToken.None)).Value!.Cost.Cents);
        Assert.Empty(await bench.MemoryOf(1).CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_fork_holds_anew_and_does_not_pay_again_for_what_it_inherits()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(_ => TwinAnswer.Ok(cents: 7));
        var plan = """{"steps":[{"id":"a","skill":"paid"},{"id":"b","depends_on":["a"],"skill":"paid"}]}""";
        var run = await bench.RunAsync(bench.Plan(plan));
        Assert.Equal((0m, 14m), await TodayAsync(bench));

        var fork = await bench.Runtime.ForkAsync(
            new ForkRequest { RunId = run.RunId, Step = StepId.Parse("b"), By = "me" }, CancellationToken.None);
        var report = await bench.WaitAsync(fork.Value!.RunId);

        Assert.Equal((RunStatus.Completed, 14m), (report.Status, report.Cost.Cents));
        Assert.Equal((0m, 21m), await TodayAsync(bench));
        await bench.VerifyAsync(report.RunId);
    }

    [Fact]
    public async Task A_fork_and_a_repetition_are_refused_where_there_is_no_room()
    {
        await using var bench = new RuntimeBench { Tenant = Tenant(perDay: 45) };
        bench.Paid.Answers(_ => TwinAnswer.Ok(cents: 7));
        var run = await bench.RunAsync(bench.Plan(OnePaid));

        var fork = await bench.Runtime.ForkAsync(
            new ForkRequest { RunId = run.RunId, Step = StepId.Parse("a"), By = "me" }, CancellationToken.None);
        var repeated = await bench.Runtime.ReplayAsync(run.RunId, "live", CancellationToken.None);

        Assert.Equal("TENANT_BUDGET_EXCEEDED", fork.Outcome.Code.Value);
        Assert.Equal("TENANT_BUDGET_EXCEEDED", repeated.Outcome.Code.Value);
        Assert.Equal((0m, 7m), await TodayAsync(bench));
    }

    [Fact]
    public async Task Many_admissions_at_once_never_overspend_and_every_hold_is_given_back()
    {
        await using var bench = new RuntimeBench { Tenant = Tenant(perDay: 200) };
        bench.Paid.Answers(_ => TwinAnswer.Ok(cents: 10));
        bench.Open();
        var other = bench.Open();
        var first = bench.Runtime;
        _ = first;
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
            await (i % 2 == 0 ? bench.Runtime : other).RunAsync(bench.Plan(Once), CancellationToken.None))));

        var (held, spent) = await TodayAsync(bench);
        Assert.Equal((0m, 200m), (held, spent));
        Assert.Equal(20, answers.Count(answer => answer.Value?.Status == RunStatus.Completed));
        Assert.All(
            answers.Where(answer => answer.Value is null),
            answer => Assert.Equal("TENANT_BUDGET_EXCEEDED", answer.Outcome.Code.Value));
    }

    [Fact]
    public async Task A_simulation_says_what_would_be_held_and_whether_there_is_room()
    {
        await using var bench = new RuntimeBench { Tenant = Tenant(perDay: 60) };
        bench.Paid.Answers(_ => TwinAnswer.Hangs());
        var before = (await bench.Runtime.SimulateAsync(bench.Plan(OnePaid), CancellationToken.None)).Value!;
        await bench.SubmitAsync(bench.Plan(OnePaid));

        var after = (await bench.Runtime.SimulateAsync(bench.Plan(OnePaid), CancellationToken.None)).Value!;

        Assert.Equal((true, true, 40m), (before.Feasible, before.BudgetOk, before.Hold!.Value.Cents));
        Assert.Equal(
            (false, false, "TENANT_BUDGET_EXCEEDED"), (after.Feasible, after.BudgetOk, after.Code!.Value.Value));
        Assert.Contains(after.Risks, risk => risk.Code == "LEDGER_FULL");
    }

    [Fact]
    public async Task Soft_mode_holds_what_calls_have_cost_and_says_so()
    {
        await using var bench = new RuntimeBench();
        var cost = 0;
        bench.Paid.Answers(_ => TwinAnswer.Ok(cents: ++cost % 20 == 0 ? 9 : 2));
        var soft = bench.Plan(Once) with
        {
            Profile = bench.Profile with { Budget = new BudgetSpec { Mode = BudgetMode.Soft } }
        };
        // Of fewer than 20 calls nothing is learned.
        Assert.Equal(10m, (await bench.Runtime.SimulateAsync(soft, CancellationToken.None)).Value!.Hold!.Value.Cents);
        for (var i = 0; i < 20; i++) await bench.RunAsync(bench.Plan(Once));
        bench.Time.Advance(TimeSpan.FromMinutes(2));

        var foreseen = (await bench.Runtime.SimulateAsync(soft, CancellationToken.None)).Value!;
        bench.Paid.Answers(_ => TwinAnswer.Ok(cents: 8));
        var run = await bench.RunAsync(soft);

        Assert.Equal(2m, foreseen.Hold!.Value.Cents);
        Assert.Contains("Soft mode holds 2¢ for a call of paid@1.0.0, which 95% of its last 20 calls did not exceed",
            foreseen.Risks.Single(risk => risk.Code == "SOFT_BUDGET").Message, StringComparison.Ordinal);
        // More than what was held, and within what the skill declares: no failure, but more than the ledger held.
        Assert.Equal((RunStatus.Completed, 8m), (run.Status, run.Cost.Cents));
        await bench.VerifyAsync(run.RunId);
    }

    [Fact]
    public async Task The_report_says_limits_holds_spending_and_who_spent_it()
    {
        await using var bench =
            new RuntimeBench { Tenant = Tenant(perDay: 500) with { TimeZone = "Asia/Tokyo", Version = 3 } };
        bench.Paid.Answers(TwinAnswer.Ok(cents: 4), TwinAnswer.Ok(cents: 6), TwinAnswer.Hangs());
        await bench.RunAsync(bench.Plan(Once));
        var dear = await bench.RunAsync(bench.Plan(Once) with { Profile = bench.Profile with { AgentId = "big" } });
        await bench.SubmitAsync(bench.Plan(Once));

        var report = (await bench.Runtime.BudgetAsync(null, null, CancellationToken.None)).Value!;

        Assert.Equal(("local", "Asia/Tokyo", 3), (report.Tenant, report.TimeZone, report.TenantVersion));
        var day = report.Accounts[0];
        Assert.Equal(
            (500m, 10m, 10m, 480m), (day.Limit!.Value.Cents, day.Held.Cents, day.Spent.Cents, day.Free!.Value.Cents));
        // 12:04 in Tokyo.
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 15, 0, 0, TimeSpan.Zero), day.EndsAt);
        Assert.Equal(["agent tester 4 10", "agent big 6 0", "skill paid 10 0"],
            report.Spenders.Where(spender => spender.Kind != "run")
                .Select(spender => $"{spender.Kind} {spender.Name} {spender.Month.Cents} {spender.Held.Cents}"));
        Assert.Contains(report.Spenders, spender => spender.Name == dear.RunId.Value);
    }

    private static TenantProfile Tenant(int perDay) =>
        new() { Budget = new TenantBudget { PerDay = Money.FromCents(perDay) } };

    private static async Task<IReadOnlyList<RunCharge>> ChargesAsync(RuntimeBench bench) =>
        await bench.Store.ListChargesAsync(
            new ChargeFilter { Tenant = "local", Month = "2026-01" }, CancellationToken.None);

    private static async Task<(decimal Held, decimal Spent)> TodayAsync(RuntimeBench bench)
    {
        var row = (await bench.Store.ReadLedgerAsync("local", "2026-01-02", CancellationToken.None))
            .Single(row => row is { Scope: LedgerScope.Tenant, Period: LedgerPeriod.Day });
        return (row.Held.Cents, row.Spent.Cents);
    }
}
