using Aos.Contracts.Agents;
using Aos.Contracts.Skills;
using Aos.Runtime.Budgets;

namespace Aos.Storage.Tests.Contracts;

/// <summary>Slots for calls, counted in the store by all its processes.</summary>
public abstract class RateContract<TFixture> : StoreContract<TFixture> where TFixture : IStoreFixture, new()
{
    private static readonly DateTimeOffset From = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(10);

    private static readonly RateLimit[] Rates =
    [
        new RateLimit { Skill = SkillRef.Parse("read"), Calls = 3, PerSeconds = 10, Scope = RateScope.Agent },
        new RateLimit { Calls = 2, PerSeconds = 20, Scope = RateScope.Tenant },
    ];

    [Fact]
    public async Task Of_many_bookings_at_once_by_several_processes_none_is_too_many_and_none_is_lost()
    {
        var books = new List<RateBook> { new(Store) };
        for (var i = 0; i < 2; i++) books.Add(new RateBook(await OpenAnotherAsync()));

        var slots = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () =>
            (await books[i % 3].BookAsync("t", i % 2 == 0 ? "even" : "odd", Rates, From, DateTimeOffset.MaxValue)).At,
                Cancel)));

        // Two of the tenant in any 20 s: as close together as that allows, and no closer.
        Assert.Equal(Enumerable.Range(0, 24).Select(i => From.AddSeconds(i / 2 * 20)), slots.Order());
        var report = await books[2].ReportAsync("t", "even", Rates, From, Cancel);
        Assert.Equal([12, 24], report.Select(rate => rate.Used + rate.Waiting));
    }

    [Fact]
    public async Task What_a_process_has_booked_counts_for_the_next_one()
    {
        await new RateBook(Store).BookAsync("t", "a", [Rates[0] with { Calls = 1 }], From, DateTimeOffset.MaxValue);

        var next = new RateBook(await OpenAnotherAsync());

        Assert.Equal(
            new Slot(From.AddSeconds(10), Booked: false),
            await next.BookAsync("t", "a", [Rates[0] with { Calls = 1 }], From.AddSeconds(1), From.AddSeconds(5)));
        Assert.Equal(
            new Slot(From.AddSeconds(10), Booked: true),
            await next.BookAsync("t", "a", [Rates[0] with { Calls = 1 }], From.AddSeconds(1), From.AddSeconds(11)));
        Assert.Equal(
            new Slot(From, Booked: true),
            await next.BookAsync("u", "a", [Rates[0] with { Calls = 1 }], From, From.AddSeconds(5)));
        Assert.Equal(
            new Slot(From, Booked: true),
            await next.BookAsync("t", "b", [Rates[0] with { Calls = 1 }], From, From.AddSeconds(5)));
    }
}
