using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>The topic is deleted, recreated or changed while services run, or while they are stopped.</summary>
public sealed class OtherTopicTests(PostgresFixture postgres, KafkaFixture kafka) : CountingTests(postgres, kafka)
{
    private static readonly EventSerializer Writer = new("/counting/counter", CountingEvents.Language, TimeProvider.System);

    private static TopicRecord Event(long saga, long number)
    {
        var row = Writer.Write(saga, new Counted(saga, number, "somebody"), MessageContext.Internal());
        return new TopicRecord(row.Key, row.Headers, row.Value);
    }

    private Task PublishAsync(params TopicRecord[] records) => World.Transport.PublishAsync(World.Topic, records, Ct);

    private async Task<IAdminClient> AdminAsync() =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = await Kafka.BootstrapAsync() }).Build();

    private static async Task<string?> NoticeAsync(ServiceHost service) =>
        (await service.HealthAsync(Ct)).Details.GetValueOrDefault("history");

    [Theory]
    [InlineData(0)] // Only the services recreate it.
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_topic_recreated_while_services_run_is_read_whole_without_a_restart(int partitions)
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock deletes no topics");
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        for (var saga = 1; saga <= 8; saga++)
            await counter.CountAsync(saga);
        for (var saga = 1; saga <= 8; saga++)
            await World.SettledAsync(saga, counter, ledger);

        using var admin = await AdminAsync();
        var before = await IdAsync(admin);
        await admin.DeleteTopicsAsync([World.Topic]);
        if (partitions > 0)
            await MakeAsync(admin, partitions);
        // Until the deletion is done, the broker accepts records into the old topic.
        while (await IdAsync(admin) == before)
            await Task.Delay(20, Ct);
        for (var i = 0; i < 3; i++)
        {
            for (var saga = 1; saga <= 8; saga++)
                await counter.CountAsync(saga);
        }

        for (var saga = 1; saga <= 8; saga++)
            await UntilAsync(saga, "1 2 3 4");
        await World.SettledAsync(1, counter, ledger);
        Assert.Contains("made anew", await NoticeAsync(ledger));
    }

    // Null if the topic does not exist.
    private async Task<string?> IdAsync(IAdminClient admin)
    {
        try
        {
            var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([World.Topic]));
            return described.TopicDescriptions[0].TopicId.ToString();
        }
        catch (DescribeTopicsException)
        {
            return null;
        }
    }

    private async Task MakeAsync(IAdminClient admin, int partitions)
    {
        for (var began = Environment.TickCount64; ; await Task.Delay(20, Ct))
        {
            try
            {
                await admin.CreateTopicsAsync([new TopicSpecification { Name = World.Topic, NumPartitions = partitions }]);
                return;
            }
            catch (CreateTopicsException) when (Environment.TickCount64 - began < 1_000)
            {
                // The topic is not deleted yet, or a service has recreated it.
            }
            catch (CreateTopicsException)
            {
                return;
            }
        }
    }

    private async Task UntilAsync(long saga, string numbers)
    {
        for (var began = Environment.TickCount64; await SortedAsync(saga) != numbers; await Task.Delay(50, Ct))
            Assert.True(Environment.TickCount64 - began < 90_000, $"the ledger of {saga} has {await World.LedgerAsync(saga)}");
    }

    // With another number of partitions a saga may move to another one. Then older and newer events may be read in any order.
    private async Task<string?> SortedAsync(long saga) =>
        await World.LedgerAsync(saga) is { } numbers ? string.Join(' ', numbers.Split(' ').Select(int.Parse).Order()) : null;

    [Fact]
    public async Task A_topic_recreated_while_a_service_was_stopped_is_read_from_the_beginning()
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock deletes no topics");
        await PublishAsync(Event(1, 1), Event(1, 2));
        var ledger = await World.StartAsync("ledger");
        await ledger.HandleAllAsync();
        await World.StopAsync(ledger);
        using var admin = await AdminAsync();
        await admin.DeleteTopicsAsync([World.Topic]);
        await World.OpenTransportAsync();
        await PublishAsync(Event(1, 3), Event(1, 4), Event(1, 5), Event(1, 6));

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal("1 2 3 4 5 6", await World.LedgerAsync(1));
        Assert.Contains("made anew", await NoticeAsync(again));
    }

    [Theory]
    [InlineData(2, false)] // Only records that were read are deleted: nothing is lost.
    [InlineData(4, true)]
    public async Task Deleted_unread_records_are_reported_and_the_rest_is_read(int deleted, bool told)
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock deletes no records");
        await PublishAsync(Event(1, 1), Event(1, 2));
        var ledger = await World.StartAsync("ledger");
        await ledger.HandleAllAsync();
        await World.StopAsync(ledger);
        await PublishAsync(Event(1, 3), Event(1, 4), Event(1, 5), Event(1, 6));
        var partition = (await World.EventsAsync(1))[0].Partition;
        using var admin = await AdminAsync();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(World.Topic, partition, deleted)]);

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal(told ? "1 2 5 6" : "1 2 3 4 5 6", await World.LedgerAsync(1));
        Assert.Equal(told, await NoticeAsync(again) is not null);
    }

    [Fact]
    public async Task A_position_without_a_history_id_is_kept_and_nothing_is_read_again()
    {
        await PublishAsync(Event(1, 1), Event(1, 2));
        var ledger = await World.StartAsync("ledger");
        await ledger.HandleAllAsync();
        await World.StopAsync(ledger);
        // As an older version left it. Without the inbox, reading an event twice would have two effects.
        await World.AskAsync<object>("ledger", "update positions set history = null, last = null; truncate inbox");
        await PublishAsync(Event(1, 3));

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal("1 2 3", await World.LedgerAsync(1));
        Assert.Null(await NoticeAsync(again));
    }

    [Fact]
    public async Task A_different_record_at_the_last_read_offset_is_noticed()
    {
        await PublishAsync(Event(1, 1), Event(1, 2), Event(1, 3));
        var ledger = await World.StartAsync("ledger");
        await ledger.HandleAllAsync();
        await World.StopAsync(ledger);
        // As if the topic had been replaced by another one with the same offsets.
        await World.AskAsync<object>("ledger", "update positions set last = gen_random_uuid() where next > 0");
        await PublishAsync(Event(1, 4));

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal("1 2 3 4", await World.LedgerAsync(1));
        Assert.Contains("another one", await NoticeAsync(again));
    }

    [Fact]
    public async Task Partitions_added_while_services_run_are_assigned()
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock adds no partitions");
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        await counter.CountAsync(1);
        await World.SettledAsync(1, counter, ledger);
        using var admin = await AdminAsync();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = World.Topic, IncreaseTo = World.Partitions + 5 }]);

        for (var began = Environment.TickCount64; ledger.Handled?.Assigned != World.Partitions + 5; await Task.Delay(50, Ct))
            Assert.True(Environment.TickCount64 - began < 60_000, "the new partitions are not assigned");
    }
}
