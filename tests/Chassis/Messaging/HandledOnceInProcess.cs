using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 2 over the local log, where every replica reads every partition.</summary>
public sealed class HandledOnceInProcess(PostgresFixture postgres) : HandledOnceTests(postgres, null)
{
    [Fact]
    public async Task A_replica_that_lost_its_partition_is_fenced_and_handles_nothing_twice()
    {
        var zombie = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1));
        await zombie.HandleAsync();
        await PublishAsync(Event(1, 2), Event(2, 1));
        var replica = await World.StartAsync("ledger");
        await replica.HandleAsync();
        await PublishAsync(Event(1, 3));

        await Assert.ThrowsAsync<FencedException>(zombie.HandleAsync);
        Assert.Equal("1 2", await World.LedgerAsync(1));

        await zombie.HandleAllAsync();
        Assert.Equal("1 2 3", await World.LedgerAsync(1));
        Assert.Equal("1", await World.LedgerAsync(2));
    }

    [Fact]
    public async Task A_replica_overtaken_while_it_handles_a_batch_is_fenced()
    {
        var slow = await World.StartAsync("ledger");
        var fast = await World.StartAsync("ledger");
        await slow.HandleAsync();
        await PublishAsync(Event(1, 1));
        var hold = fast.Failpoints.HoldOnceAt("consumer.committing");

        var first = fast.HandleAsync();
        await hold.Reached;
        var second = slow.HandleAsync();
        hold.Release();

        await first;
        await Assert.ThrowsAsync<FencedException>(() => second);
        Assert.Equal("1", await World.LedgerAsync(1));
    }
}
