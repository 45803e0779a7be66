using Aos.Kernel.Budgets;
using CsCheck;

namespace Aos.Tests.Kernel;

/// <summary>The rule of rates: in no span of time more calls than so many.</summary>
public sealed class RateRuleTests
{
    [Theory]
    [InlineData("", 1, 10, 0, 0)]
    [InlineData("0", 1, 10, 0, 10)]
    [InlineData("0", 1, 10, 9, 10)]
    [InlineData("0", 1, 10, 10, 10)]
    [InlineData("0", 2, 10, 0, 0)]
    [InlineData("0 0", 2, 10, 0, 10)]
    [InlineData("0 3", 2, 10, 5, 10)]
    [InlineData("0 3", 2, 10, 12, 12)]
    [InlineData("0 3 10", 2, 10, 5, 13)]
    // What is booked for later leaves room before it, and is not crowded either.
    [InlineData("100", 1, 10, 5, 5)]
    [InlineData("100", 1, 10, 91, 110)]
    [InlineData("100", 1, 10, 90, 90)]
    [InlineData("95 100", 2, 10, 92, 105)]
    [InlineData("95 100", 3, 10, 92, 92)]
    public void The_first_slot_is_the_first_moment_that_keeps_the_rate(
        string booked, int calls, long span, long from, long expected) =>
        Assert.Equal(
            expected,
            RateRule.FirstSlot(
                [.. booked.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)], calls, span, from));

    [Fact]
    public void However_slots_are_booked_no_span_has_too_many_and_none_was_free_before() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 20], Gen.Long[0, 60].Array[1, 25]).Sample((calls, span, moments) =>
        {
            var booked = new List<long>();
            foreach (var from in moments)
            {
                var slot = RateRule.FirstSlot(booked, calls, span, from);
                Assert.True(
                    slot >= from && Keeps(booked, slot, calls, span),
                    $"{slot} for {from} among {string.Join(' ', booked)}");
                for (var earlier = from; earlier < slot; earlier++)
                    Assert.False(
                        Keeps(booked, earlier, calls, span),
                        $"{earlier} was free for {from} among {string.Join(' ', booked)}");
                booked.Add(slot);
                booked.Sort();
            }
        }, iter: 2_000);

    // Said in another way: of the spans that begin at any moment, none holds more than so many.
    private static bool Keeps(List<long> booked, long slot, int calls, long span)
    {
        var all = booked.Append(slot).ToList();
        return all.TrueForAll(start => all.Count(one => one >= start && one < start + span) <= calls);
    }
}
