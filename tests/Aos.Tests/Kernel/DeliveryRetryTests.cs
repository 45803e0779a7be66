using Aos.Contracts.Failures;
using Aos.Kernel.Retries;

namespace Aos.Tests.Kernel;

/// <summary>What becomes of messages to addresses that do not take them.</summary>
public sealed class DeliveryRetryTests
{
    private const long Day = 86_400_000;

    private static DeliveryDecision Decide(
        int attempts, int? status, long? retryAfterMs = null, string delivery = "wh_1.msg_1") =>
        DeliveryRetry.Decide(DeliveryRetry.Default, delivery, attempts, status, retryAfterMs);

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(299)]
    public void A_message_has_arrived_by_any_status_of_success_however_often_it_was_tried(int status)
    {
        Assert.IsType<DeliveryDecision.Arrived>(Decide(1, status));
        Assert.IsType<DeliveryDecision.Arrived>(Decide(1_000, status));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(199)]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(500)]
    public void Anything_else_is_tried_again_until_the_twelfth_try_with_waits_that_grow_to_a_day(int? status)
    {
        // Written by hand: five times the one before, and never more than a day.
        long[] most = [5_000, 25_000, 125_000, 625_000, 3_125_000, 15_625_000, 78_125_000, Day, Day, Day, Day];
        for (var attempts = 1; attempts <= most.Length; attempts++)
            for (var i = 0; i < 200; i++)
                Assert.InRange(
                    Assert.IsType<DeliveryDecision.Again>(Decide(attempts, status, delivery: $"wh_1.msg_{i}")).DelayMs,
                    0, most[attempts - 1]);
        Assert.Equal(new DeliveryDecision.Dead(IsUnwanted: false), Decide(12, status));
    }

    [Fact]
    public void Waits_are_spread_over_messages_and_the_same_for_the_same_try_of_the_same_message()
    {
        var waits = Enumerable.Range(0, 100).Select(i => Decide(4, 503, delivery: $"wh_1.msg_{i}")).ToList();
        Assert.Equal(waits, Enumerable.Range(0, 100).Select(i => Decide(4, 503, delivery: $"wh_1.msg_{i}")));
        Assert.InRange(waits.Distinct().Count(), 95, 100);
        Assert.NotEqual(Decide(4, 503, delivery: "wh_1.msg_1"), Decide(4, 503, delivery: "wh_2.msg_1"));
    }

    [Fact]
    public void An_address_is_asked_later_where_it_asks_for_that_up_to_a_day_and_never_earlier()
    {
        Assert.Equal(new DeliveryDecision.Again(60_000), Decide(1, 429, retryAfterMs: 60_000));
        Assert.Equal(new DeliveryDecision.Again(Day), Decide(1, 503, retryAfterMs: long.MaxValue));
        Assert.Equal(Decide(5, 503), Decide(5, 503, retryAfterMs: 0));
        Assert.Equal(Decide(5, 503), Decide(5, 503, retryAfterMs: -1));
    }

    [Fact]
    public void An_address_that_wants_no_more_is_not_tried_again() =>
        Assert.Equal(new DeliveryDecision.Dead(IsUnwanted: true), Decide(1, 410, retryAfterMs: 1));

    [Fact]
    public void A_rule_of_whoever_hosts_the_server_decides_as_well_however_odd()
    {
        var odd = new RetryRule { MaxAttempts = 2, InitialMs = -5, Factor = -1, MaxMs = -9 };
        Assert.Equal(new DeliveryDecision.Again(0), DeliveryRetry.Decide(odd, "d", 1, null, 500));
        Assert.Equal(new DeliveryDecision.Dead(IsUnwanted: false), DeliveryRetry.Decide(odd, "d", 2, null, null));
    }
}
