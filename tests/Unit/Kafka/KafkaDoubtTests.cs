using Mannam.Kafka;
using Xunit;

namespace Mannam.Tests.Unit.Kafka;

/// <summary>When a member replaces its Kafka client. Times are in seconds; the broker answers all the time unless a test says otherwise.</summary>
public sealed class KafkaDoubtTests
{
    private readonly KafkaDoubt _doubt = new();

    [Fact]
    public void A_member_replaces_its_client_after_four_seconds_of_doubt() => Assert.Equal(4, NewClientAfter(0));

    [Fact]
    public void Each_new_client_gets_twice_the_time_of_the_last_up_to_a_minute()
    {
        var (now, waited) = (0, new List<int>());
        for (var client = 0; client < 6; client++)
        {
            // The new client first waits for its partitions, without doubt.
            Assert.False(IsTooLong(doubts: false, reads: false, now));
            waited.Add(NewClientAfter(now + 20));
            now += 20 + waited[^1];
        }

        Assert.Equal([4, 8, 16, 32, 60, 60], waited);
    }

    [Fact]
    public void A_successful_read_makes_the_next_doubt_short_again()
    {
        Assert.Equal(4, NewClientAfter(0));
        Assert.False(IsTooLong(doubts: false, reads: true, 10));

        Assert.Equal(4, NewClientAfter(20));
    }

    [Fact]
    public void A_member_that_waits_for_partitions_keeps_its_client_for_a_minute() => Assert.Equal(60, NewClientAfter(0, reads: false));

    [Fact]
    public void The_time_without_partitions_does_not_count_once_there_are_some()
    {
        for (var now = 0; now < 30; now++)
            Assert.False(IsTooLong(doubts: true, reads: false, now));

        Assert.Equal(4, NewClientAfter(30));
    }

    [Fact]
    public void No_client_is_replaced_while_no_broker_answers()
    {
        for (var now = 0; now < 600; now++)
            Assert.False(_doubt.IsTooLong(doubts: true, reads: true, answeredAt: 1_000, now * 1_000));

        Assert.True(IsTooLong(doubts: true, reads: true, 600));
    }

    private int NewClientAfter(int began, bool reads = true)
    {
        for (var now = began; now < began + 1_000; now++)
        {
            if (IsTooLong(doubts: true, reads, now))
                return now - began;
        }
        return int.MaxValue;
    }

    private bool IsTooLong(bool doubts, bool reads, int now) => _doubt.IsTooLong(doubts, reads, now * 1_000, now * 1_000);
}
