using Confluent.Kafka;
using Mannam.Abstractions;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>Guarantee 2, over Kafka: the group assigns partitions. The service's database keeps the positions and decides who may commit.</summary>
public sealed class GroupTests(PostgresFixture postgres, KafkaFixture kafka) : CountingTests(postgres, kafka)
{
    private static readonly EventSerializer Writer = new("/counting/counter", CountingEvents.Language, TimeProvider.System);

    // The broker takes a member for dead that does not poll for 6.5 s.
    public override async ValueTask InitializeAsync() =>
        await World.OpenTransportAsync(("session.timeout.ms", "6000"), ("max.poll.interval.ms", "6500"));

    private static TopicRecord Event(long saga, long number)
    {
        var row = Writer.Write(saga, new Counted(saga, number, "somebody"), MessageContext.Internal());
        return new TopicRecord(row.Key, row.Headers, row.Value);
    }

    private Task PublishAsync(params TopicRecord[] records) => World.Transport.PublishAsync(World.Topic, records, Ct);

    private string Group => $"{World.Topic}.counting.ledger";

    [Fact]
    public async Task A_replica_that_works_on_a_lost_partition_is_fenced_and_rejoins()
    {
        var held = new HeldTransport(World.Transport);
        var zombie = await World.StartAsync("ledger", transport: held);
        await PublishAsync(Event(1, 1));
        await zombie.HandleAllAsync();
        await PublishAsync(Event(1, 2), Event(2, 1));
        var hold = held.HoldNext();
        var late = zombie.HandleAsync();
        await hold.Reached;

        var replica = await World.StartAsync("ledger");
        await replica.HandleAllAsync();
        Assert.Equal("1 2", await World.LedgerAsync(1));
        hold.Release();

        await Assert.ThrowsAsync<FencedException>(() => late);
        await World.StopAsync(replica);
        await PublishAsync(Event(1, 3));
        // The first poll reports that the group has removed the member.
        await Assert.ThrowsAsync<ConsumeException>(() => zombie.Loops["consumer"].StepAsync(Ct));
        await UntilAsync(async () =>
        {
            await zombie.Loops["consumer"].StepAsync(Ct);
            return await World.LedgerAsync(1) == "1 2 3";
        });
        Assert.Equal("1", await World.LedgerAsync(2));
    }

    [Fact]
    public async Task The_offsets_that_a_group_has_committed_at_the_broker_are_ignored()
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock takes no offsets from outside the group");
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1));
        await ledger.HandleAllAsync();
        await World.StopAsync(ledger);
        await PublishAsync(Event(1, 2));
        await CommitEndsAsync();
        // Without the inbox, reading an event twice would have two effects.
        await World.AskAsync<object>("ledger", "truncate inbox");

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal("1 2", await World.LedgerAsync(1));
    }

    private async Task CommitEndsAsync()
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = await Kafka.BootstrapAsync(), GroupId = Group }
        ).Build();
        consumer.Commit(Enumerable.Range(0, World.Partitions).Select(p => new TopicPartitionOffset(World.Topic, p, 100)));
    }

    [Fact]
    public async Task No_event_is_lost_when_a_kcat_joins_the_group_and_leaves_again()
    {
        Assert.SkipUnless(Broker.IsHere, "kcat needs a real broker beside the checkout");
        var ledger = await World.StartAsync("ledger", loops: true);
        await PublishAsync([.. Sagas(1)]);
        await SettledAsync(ledger);

        using var kcat = Kcat.Join(await Kafka.BootstrapAsync(), Group, World.Topic);
        await UntilAsync(() => Task.FromResult(ledger.Handled?.Assigned < World.Partitions));
        await PublishAsync([.. Sagas(2)]);
        await Task.Delay(200, Ct);
        await kcat.LeaveAsync();

        await SettledAsync(ledger);
        for (var saga = 1; saga <= 20; saga++)
            Assert.Equal("1 2", await World.LedgerAsync(saga));
    }

    private static IEnumerable<TopicRecord> Sagas(long number) => Enumerable.Range(1, 20).Select(saga => Event(saga, number));

    private static Task SettledAsync(Mannam.Hosting.ServiceHost ledger) => World.SettledAsync(1, ledger);

    [Fact]
    public async Task A_joining_replica_takes_over_partitions_and_a_leaving_one_returns_them()
    {
        var first = await World.StartAsync("ledger", loops: true);
        await UntilAsync(() => Task.FromResult(first.Handled?.Assigned == World.Partitions));

        var second = await World.StartAsync("ledger", loops: true);
        await UntilAsync(() => Task.FromResult(first.Handled?.Assigned == 2 && second.Handled?.Assigned == 2));
        await PublishAsync([.. Sagas(1)]);
        await World.SettledAsync(1, first, second);
        await World.StopAsync(second);
        await PublishAsync([.. Sagas(2)]);
        await SettledAsync(first);

        for (var saga = 1; saga <= 20; saga++)
            Assert.Equal("1 2", await World.LedgerAsync(saga));
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var began = Environment.TickCount64;
        while (!await holds())
        {
            Assert.True(Environment.TickCount64 - began < 60_000, "the condition was not met in time");
            await Task.Delay(20, Ct);
        }
    }
}
