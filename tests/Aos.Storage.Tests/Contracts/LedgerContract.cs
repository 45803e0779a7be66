using Aos.Abstractions.Storage;
using Aos.Contracts.Budgets;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Storage.Tests.Contracts;

/// <summary>The ledger: holds and settlements in the transaction of the events, and the limits that it keeps.</summary>
public abstract class LedgerContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    private const string Today = "2026-03-01";

    [Fact]
    public async Task A_hold_and_its_settlement_are_counted_in_the_day_and_the_month_of_tenant_agent_and_skill()
    {
        var run = new TestRun("a");
        await WriteAsync(run.Begin() with { Ledger = Hold(40) });
        Assert.Equal(
        [
            "Day Agent bot 2026-03-01 held 40 spent 0", "Day Tenant acme 2026-03-01 held 40 spent 0",
            "Month Agent bot 2026-03 held 40 spent 0", "Month Tenant acme 2026-03 held 40 spent 0",
        ], await LedgerAsync());

        await WriteAsync(run.Next("end") with { Row = run.Row(RunStatus.Completed), Ledger = Settle(40, 15) });

        Assert.Equal(
        [
            "Day Agent bot 2026-03-01 held 0 spent 15", "Day Skill ask 2026-03-01 held 0 spent 15",
            "Day Tenant acme 2026-03-01 held 0 spent 15",
            "Month Agent bot 2026-03 held 0 spent 15", "Month Skill ask 2026-03 held 0 spent 15",
            "Month Tenant acme 2026-03 held 0 spent 15",
        ], await LedgerAsync());
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Theory]
    [InlineData(LedgerScope.Tenant, LedgerPeriod.Day)]
    [InlineData(LedgerScope.Tenant, LedgerPeriod.Month)]
    [InlineData(LedgerScope.Agent, LedgerPeriod.Day)]
    [InlineData(LedgerScope.Agent, LedgerPeriod.Month)]
    public async Task A_run_whose_hold_exceeds_what_is_left_is_not_begun(LedgerScope scope, LedgerPeriod period)
    {
        var (first, second, third) = (new TestRun("a"), new TestRun("b"), new TestRun("c"));
        await WriteAsync(first.Begin() with { Ledger = Hold(60, Limit(scope, period, 100)) });

        var results = await AppendAsync(
            second.Begin() with { Ledger = Hold(41, Limit(scope, period, 100)) },
            second.Next("more"),
            third.Begin() with { Ledger = Hold(40, Limit(scope, period, 100)) });

        Assert.Equal([AppendResult.OverLimit, AppendResult.Conflict, AppendResult.Written], results);
        Assert.Null(await Store.FindRunAsync(second.Id, Cancel));
        Assert.Empty(await Store.ReadAsync(second.Id, 0, Cancel));
        Assert.Equal(2, (await Store.ListChargesAsync(Charges(), Cancel)).Count);
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Several_runs_in_one_append_share_what_is_left_in_their_order()
    {
        var runs = Enumerable.Range(0, 6).Select(i => new TestRun($"r{i}")).ToList();

        var results = await AppendAsync([.. runs.Select((run, i) =>
            run.Begin() with { Ledger = Hold(i == 1 ? 90 : 30, Limit(LedgerScope.Tenant, LedgerPeriod.Day, 100)) })]);

        Assert.Equal(
        [
            AppendResult.Written, AppendResult.OverLimit, AppendResult.Written, AppendResult.Written,
            AppendResult.OverLimit, AppendResult.OverLimit,
        ], results);
        Assert.Contains("Day Tenant acme 2026-03-01 held 90 spent 0", await LedgerAsync());
    }

    [Fact]
    public async Task What_was_spent_counts_against_the_limit_and_what_was_given_back_does_not()
    {
        var (first, second, third) = (new TestRun("a"), new TestRun("b"), new TestRun("c"));
        var limit = Limit(LedgerScope.Agent, LedgerPeriod.Day, 100);
        await WriteAsync(first.Begin() with { Ledger = Hold(100, limit) });
        await WriteAsync(first.Next("end") with { Row = first.Row(RunStatus.Failed), Ledger = Settle(100, 30) });

        Assert.Equal([AppendResult.OverLimit], await AppendAsync(second.Begin() with { Ledger = Hold(71, limit) }));
        Assert.Equal([AppendResult.Written], await AppendAsync(third.Begin() with { Ledger = Hold(70, limit) }));
    }

    [Fact]
    public async Task Another_day_another_agent_and_another_tenant_have_a_ledger_of_their_own()
    {
        var limit = Limit(LedgerScope.Agent, LedgerPeriod.Day, 50);
        await WriteAsync(new TestRun("a").Begin() with { Ledger = Hold(50, limit) });
        await WriteAsync(new TestRun("b").Begin() with { Ledger = Hold(50, limit) with { Day = "2026-03-02" } });
        await WriteAsync(new TestRun("c").Begin() with { Ledger = Hold(50, limit) with { AgentId = "other" } });
        await WriteAsync(new TestRun("d").Begin() with { Ledger = Hold(50, limit) with { Tenant = "other" } });

        Assert.Equal(
            [AppendResult.OverLimit], await AppendAsync(new TestRun("e").Begin() with { Ledger = Hold(1, limit) }));
        Assert.Equal(4, (await Store.ReadLedgerAsync("other", Today, Cancel)).Count);
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_slice_that_conflicts_holds_nothing()
    {
        var run = new TestRun("a");
        await WriteAsync(run.Begin());
        var again = new TestRun("a");

        Assert.Equal([AppendResult.Conflict], await AppendAsync(again.Begin() with { Ledger = Hold(10) }));

        Assert.Empty(await LedgerAsync());
        Assert.Empty(await Store.ListChargesAsync(Charges(), Cancel));
    }

    [Fact]
    public async Task Limits_near_the_end_of_the_scale_do_not_overflow()
    {
        var (first, second) = (new TestRun("a"), new TestRun("b"));
        var all =
            new LedgerLimit { Scope = LedgerScope.Tenant, Period = LedgerPeriod.Day, Limit = new Money(long.MaxValue) };
        await WriteAsync(
            first.Begin() with { Ledger = Hold(1) with { Held = new Money(long.MaxValue), Limits = [all] } });

        Assert.Equal([AppendResult.OverLimit],
            await AppendAsync(
                second.Begin() with { Ledger = Hold(1) with { Held = new Money(long.MaxValue), Limits = [all] } }));
    }

    [Fact]
    public async Task Names_that_no_engine_expects_are_kept_as_they_are()
    {
        var run = new TestRun("a");
        await WriteAsync(run.Begin() with { Ledger = Hold(5) with { AgentId = "a'\"\\\u0000;--" } });

        Assert.Equal("a'\"\\\u0000;--", Assert.Single(await Store.ListChargesAsync(Charges(), Cancel)).AgentId);
        Assert.Contains(await Store.ReadLedgerAsync("acme", Today, Cancel), row => row.Name == "a'\"\\\u0000;--");
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Charges_are_listed_dearest_first_for_a_tenant_a_month_and_an_agent()
    {
        foreach (var (name, cents, agent, day) in new[] { ("a", 5, "bot", Today), ("b", 9, "bot", "2026-03-30"),
            ("c", 7, "other", Today), ("d", 8, "bot", "2026-04-01") })
            await WriteAsync(
                new TestRun(name).Begin() with { Ledger = Hold(cents) with { AgentId = agent, Day = day } });

        Assert.Equal(
            [9, 7, 5], (await Store.ListChargesAsync(Charges(), Cancel)).Select(charge => (int)charge.Held.Cents));
        Assert.Equal(
            [9, 5],
            (await Store.ListChargesAsync(Charges() with { AgentId = "bot" }, Cancel)).Select(
                charge => (int)charge.Held.Cents));
        Assert.Equal(
            [9], (await Store.ListChargesAsync(Charges() with { Limit = 1 }, Cancel)).Select(
                charge => (int)charge.Held.Cents));
    }

    [Fact]
    public async Task A_pruned_run_leaves_its_spending_in_the_accounts_and_the_check_is_content()
    {
        var run = new TestRun("a");
        await WriteAsync(run.Begin() with { Ledger = Hold(40) });
        await WriteAsync(run.Next("end") with
        {
            Row = run.Row(RunStatus.Completed) with { EndedAt = TestRun.Noon },
            Ledger = Settle(40, 15),
        });

        Assert.Equal(
            1, (await Store.PruneAsync(new PruneRequest { EndedBefore = TestRun.Noon.AddDays(1) }, Cancel)).Runs);

        Assert.Empty(await Store.ListChargesAsync(Charges(), Cancel));
        Assert.Contains("Month Tenant acme 2026-03 held 0 spent 15", await LedgerAsync());
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_hold_outlives_its_process_and_is_settled_by_the_next_owner()
    {
        var run = new TestRun("a");
        var other = await OpenAnotherAsync();
        Assert.Equal(
            [AppendResult.Written], await other.AppendAsync(new[] { run.Begin() with { Ledger = Hold(40) } }, Cancel));
        await CrashAsync(other);

        Assert.Contains("Day Tenant acme 2026-03-01 held 40 spent 0", await LedgerAsync());
        Assert.NotNull(await Store.AdoptAsync(run.Id, Cancel));
        await WriteAsync(
            run.Next("end") with { Row = run.Row(RunStatus.Cancelled), Ledger = Settle(40, 0) with { Skills = [] } });

        Assert.Contains("Day Tenant acme 2026-03-01 held 0 spent 0", await LedgerAsync());
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task The_check_finds_a_hold_that_its_run_did_not_give_back()
    {
        var run = new TestRun("a");
        await WriteAsync(run.Begin() with { Ledger = Hold(40) });
        await WriteAsync(run.Next("end") with { Row = run.Row(RunStatus.Completed) });

        Assert.Equal([$"The ledger holds money for {run.Id}, which is no open run."], await Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task In_thousands_of_races_of_several_processes_no_account_is_ever_overdrawn()
    {
        const int processes = 4;
        const int rounds = 50;
        const int runsOfRound = 10;
        var limit = Limit(LedgerScope.Tenant, LedgerPeriod.Day, 100);
        var stores = new List<IStore> { Store };
        while (stores.Count < processes) stores.Add(await OpenAnotherAsync());
        var worst = 0m;

        await Task.WhenAll(stores.Select((store, process) => Task.Run(async () =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var runs =
                    Enumerable.Range(0, runsOfRound).Select(i => new TestRun($"p{process}r{round}n{i}")).ToList();
                // Two agents, in another order in every process.
                var begun = await store.AppendAsync(runs.Select((run, i) => run.Begin() with
                {
                    Ledger = Hold(7 + i, limit) with { AgentId = (process + i) % 2 == 0 ? "even" : "odd" },
                }).ToArray(), Cancel);
                var row = (await store.ReadLedgerAsync("acme", Today, Cancel))
                    .Single(row => row is { Scope: LedgerScope.Tenant, Period: LedgerPeriod.Day });
                lock (stores) worst = Math.Max(worst, (row.Held + row.Spent).Cents);
                await store.AppendAsync(
                    runs.Select((run, i) => (run, i)).Where(pair => begun[pair.i] == AppendResult.Written)
                    .Select(pair => pair.run.Next("end") with
                    {
                        Row = pair.run.Row(RunStatus.Completed),
                        Ledger = Settle(7 + pair.i, 0) with
                        {
                            Skills = [],
                            AgentId = (process + pair.i) % 2 == 0 ? "even" : "odd"
                        },
                    }).ToArray(), Cancel);
            }
        }, Cancel)));

        Assert.InRange(worst, 1, 100);
        Assert.All(await Store.ReadLedgerAsync("acme", Today, Cancel), row => Assert.Equal(Money.Zero, row.Held));
        Assert.Empty(await Store.CheckAsync(Cancel));
    }

    private static LedgerChange Hold(int cents, params LedgerLimit[] limits) => new()
    {
        Tenant = "acme",
        AgentId = "bot",
        Day = Today,
        Held = Money.FromCents(cents),
        Limits = limits,
    };

    private static LedgerChange Settle(int held, int spent) => new()
    {
        Tenant = "acme",
        AgentId = "bot",
        Day = Today,
        Held = Money.Zero - Money.FromCents(held),
        Spent = Money.FromCents(spent),
        Skills = [new SkillCost("ask", Money.FromCents(spent))],
    };

    private static LedgerLimit Limit(LedgerScope scope, LedgerPeriod period, int cents) =>
        new() { Scope = scope, Period = period, Limit = Money.FromCents(cents) };

    private static ChargeFilter Charges() => new() { Tenant = "acme", Month = "2026-03" };

    private async Task<string[]> LedgerAsync() => [.. (await Store.ReadLedgerAsync("acme", Today, Cancel))
        .Select(
            row => $"{row.Period} {row.Scope} {row.Name} {row.Start} held {row.Held.Cents} spent {row.Spent.Cents}")];
}
