using Aos.Contracts.Agents;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Runtime.Budgets;
using Aos.Testing.Storage;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>Rates across calls, runs, agents and processes.</summary>
public sealed class RateRunTests
{
    private const string Call = """{"steps":[{"id":"a","skill":"read"}]}""";

    [Fact]
    public async Task Calls_over_the_rate_wait_for_their_slot_and_the_run_replays()
    {
        await using var bench = new RuntimeBench();
        var first = await bench.RunAsync(Request(bench, Call));
        var second = await bench.SubmitAsync(Request(bench, Call));
        await bench.Store.WhenAsync(
            e => e is RunEvent.SlotAnswered { Booked: true, SlotAt: var slot, At: var at }
                && slot == at.AddSeconds(60));
        Assert.Single(bench.Read.Calls);

        bench.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(RunStatus.Completed, (await bench.WaitAsync(second.RunId)).Status);
        Assert.Equal(2, bench.Read.Calls.Count);
        await bench.VerifyAsync(first.RunId);
        await bench.VerifyAsync(second.RunId);
    }

    [Fact]
    public async Task Another_agent_has_a_rate_of_its_own_but_the_tenant_s_is_for_all()
    {
        await using var bench = new RuntimeBench();
        await bench.RunAsync(Request(bench, Call));
        var other = Request(bench, Call);
        other = other with { Profile = other.Profile with { AgentId = "other" } };
        Assert.Equal(RunStatus.Completed, (await bench.RunAsync(other)).Status);

        await using var shared =
            new RuntimeBench { Tenant = new TenantProfile { Rates = [new RateLimit { Calls = 1, PerSeconds = 60 }] } };
        await shared.RunAsync(shared.Plan(Call));
        var late = shared.Plan(Call) with
        {
            Profile = shared.Profile with { AgentId = "other", Limits = new LimitSpec { MaxRunSeconds = 30 } }
        };
        Assert.Equal("RATE_EXCEEDED", (await shared.RunAsync(late)).Code!.Value.Value);
    }

    [Fact]
    public async Task A_rate_holds_for_all_processes_of_a_store_and_after_a_crash()
    {
        await using var bench = new RuntimeBench();
        await bench.RunAsync(Request(bench, Call));
        bench.Crash();
        bench.Open();
        var late = Request(bench, Call);
        late = late with { Profile = late.Profile with { Limits = late.Profile.Limits! with { MaxRunSeconds = 30 } } };
        Assert.Equal("RATE_EXCEEDED", (await bench.RunAsync(late)).Code!.Value.Value);
        Assert.Single(bench.Read.Calls);
    }

    [Fact]
    public async Task Of_many_bookings_at_once_by_several_processes_none_is_too_many()
    {
        var state = new MemoryStoreState();
        var books = Enumerable.Range(0, 4).Select(_ => new RateBook(new MemoryStore(state))).ToList();
        RateLimit[] rates =
        [
            new RateLimit { Skill = SkillRef.Parse("read"), Calls = 3, PerSeconds = 10, Scope = RateScope.Agent },
            new RateLimit { Calls = 5, PerSeconds = 20, Scope = RateScope.Tenant },
        ];
        var from = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        var slots = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => Task.Run(async () =>
            (await books[i % 4].BookAsync("local", "agent", rates, from, DateTimeOffset.MaxValue)).At)));

        Assert.All(slots, start => Assert.InRange(slots.Count(at => at >= start && at < start.AddSeconds(10)), 1, 3));
        Assert.All(slots, start => Assert.InRange(slots.Count(at => at >= start && at < start.AddSeconds(20)), 1, 5));
    }

    [Fact]
    public async Task The_budget_report_says_what_is_counted_under_each_rate_and_when_there_is_room_again()
    {
        await using var bench = new RuntimeBench
        {
            Tenant = new TenantProfile { Rates = [new RateLimit { Calls = 5, PerSeconds = 3_600 }] }
        };
        await bench.RunAsync(Request(bench, Call));
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        await bench.SubmitAsync(Request(bench, Call));
        await bench.Store.WhenAsync(
            e => e is RunEvent.SlotAnswered { Booked: true, SlotAt: var slot, At: var at } && slot > at);
        var now = bench.Time.GetUtcNow();

        var byName = (await bench.Runtime.BudgetAsync("tester", null, CancellationToken.None)).Value!;
        var byProfile =
            (await bench.Runtime.BudgetAsync(null, Request(bench, Call).Profile, CancellationToken.None)).Value!;
        var all = (await bench.Runtime.BudgetAsync(null, null, CancellationToken.None)).Value!;
        var stranger = (await bench.Runtime.BudgetAsync("nobody", null, CancellationToken.None)).Value!;

        // The second call waits for 50 s more; after it, a minute passes until the next.
        string[] rates =
            ["Tenant local  5/3600 used 1 waiting 1 free in 0", "Agent tester read 1/60 used 1 waiting 1 free in 110"];
        Assert.Equal(rates, byName.Rates.Select(Text));
        Assert.Equal(rates, byProfile.Rates.Select(Text));
        Assert.Equal(rates[..1], all.Rates.Select(Text));
        Assert.Equal(rates[..1], stranger.Rates.Select(Text));

        string Text(Aos.Contracts.Budgets.RateReport rate) =>
            $"{rate.Scope} {rate.Name} {rate.Skill} {rate.Calls}/{rate.PerSeconds} "
            + $"used {rate.Used} waiting {rate.Waiting} free in {(rate.FreeAt - now).TotalSeconds}";
    }

    [Fact]
    public async Task A_slot_that_is_too_late_is_not_counted()
    {
        var book = new RateBook(new MemoryStore(new MemoryStoreState()));
        RateLimit[] rates = [new RateLimit { Calls = 1, PerSeconds = 60, Scope = RateScope.Agent }];
        var from = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await book.BookAsync("local", "agent", rates, from, from.AddHours(1));
        Assert.Equal(
            new Slot(from.AddSeconds(60), Booked: false),
            await book.BookAsync("local", "agent", rates, from, from.AddSeconds(60)));
        Assert.Equal(
            new Slot(from.AddSeconds(60), Booked: true),
            await book.BookAsync("local", "agent", rates, from, from.AddHours(1)));
    }

    [Theory]
    [InlineData(
        """{"agent_id":"a","limits":{"rates":[{"calls":1,"per_seconds":1,"scope":"tenant"}]}}""",
        "/limits/rates/0/scope")]
    [InlineData("""{"agent_id":"a","limits":{"rates":[{"calls":0,"per_seconds":1}]}}""", "/limits/rates/0/calls")]
    public void A_rate_that_cannot_be_kept_is_refused_at_its_place(string profile, string pointer) =>
        Assert.Equal(
            pointer,
            Aos.Runtime.Agents.ProfileReader.Read(System.Text.Encoding.UTF8.GetBytes(profile)).Problems[0].Pointer);

    private static Aos.Runtime.Runs.RunRequest Request(RuntimeBench bench, string plan) => bench.Plan(plan) with
    {
        Profile = bench.Profile with
        {
            Limits =
                new LimitSpec { Rates = [new RateLimit { Skill = SkillRef.Parse("read"), Calls = 1, PerSeconds = 60 }] }
        },
    };
}
