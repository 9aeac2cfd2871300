using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Mannam.Abstractions;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>The format of records in the topic, and records written by other programs.</summary>
public sealed class WireTests(PostgresFixture postgres, KafkaFixture kafka) : CountingTests(postgres, kafka)
{
    private static readonly EventSerializer Writer = new("/counting/counter", CountingEvents.Language, TimeProvider.System);

    private static TopicRecord Event(long saga, long number, string by = "somebody")
    {
        var row = Writer.Write(saga, new Counted(saga, number, by), MessageContext.Internal());
        return new TopicRecord(row.Key, row.Headers, row.Value);
    }

    private Task PublishAsync(params TopicRecord[] records) => World.Transport.PublishAsync(World.Topic, records, Ct);

    [Fact]
    public async Task A_record_is_CloudEvents_in_binary_mode_with_the_correlation_key_as_its_key()
    {
        var published = Event(5, 1, "피터");
        await PublishAsync(published);

        var record = Assert.Single(await Kafka.ReadAsync(World.Topic)).Message;

        Assert.Equal("5", Encoding.UTF8.GetString(record.Key));
        Assert.Equal(published.Value, Encoding.UTF8.GetString(record.Value));
        var headers = record.Headers.ToDictionary(h => h.Key, h => Encoding.UTF8.GetString(h.GetValueBytes()));
        string[] expected =
        [
            "ce_specversion",
            "ce_id",
            "ce_source",
            "ce_type",
            "ce_time",
            "ce_subject",
            "ce_traceparent",
            "ce_schemaversion",
            "ce_causationid",
            "content-type",
        ];
        Assert.Equal(expected, headers.Keys);
        Assert.Equal(
            ("1.0", "/counting/counter", "Counted", "5"),
            (headers["ce_specversion"], headers["ce_source"], headers["ce_type"], headers["ce_subject"])
        );
    }

    [Fact]
    public async Task A_topic_is_created_with_twelve_partitions_and_unlimited_retention()
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock makes topics by itself");
        var topic = Kafka.NewTopic();
        using var transport = await Kafka.TransportAsync(topic, new Mannam.Kafka.KafkaOptions { Bootstrap = "" }.Partitions);
        await transport.PublishAsync(topic, [Event(1, 1)], Ct);

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = await Kafka.BootstrapAsync() }).Build();
        Assert.Equal(12, admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics[0].Partitions.Count);
        var settings = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        // The topic sets it explicitly, so the broker's default does not matter.
        foreach (var limit in new[] { "retention.ms", "retention.bytes" })
            Assert.Equal(("-1", ConfigSource.DynamicTopicConfig), (settings[0].Entries[limit].Value, settings[0].Entries[limit].Source));
    }

    [Fact]
    public async Task A_kcat_with_the_standard_partitioner_uses_the_same_partition_per_saga()
    {
        Assert.SkipUnless(Broker.IsHere, "kcat needs a real broker beside the checkout");
        await PublishAsync([.. Enumerable.Range(1, 30).Select(saga => Event(saga, 1))]);
        var lines = string.Concat(Enumerable.Range(1, 30).Select(saga => $"{saga}:{{}}\n"));
        await Kcat.WriteAsync(await Kafka.BootstrapAsync(), World.Topic, lines, "-K:", "-X", "partitioner=murmur2_random");

        var records = await Kafka.ReadAsync(World.Topic);

        Assert.Equal(60, records.Count);
        foreach (var saga in records.GroupBy(r => Encoding.UTF8.GetString(r.Message.Key)))
            Assert.Single(saga.Select(r => r.Partition.Value).Distinct());
    }

    [Fact]
    public async Task Foreign_records_are_parked_by_partition_and_offset_and_block_nothing()
    {
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1));
        using (
            var stranger = new ProducerBuilder<byte[]?, byte[]?>(
                new ProducerConfig { BootstrapServers = await Kafka.BootstrapAsync() }
            ).Build()
        )
        {
            for (var partition = 0; partition < World.Partitions; partition++)
            {
                var place = new TopicPartition(World.Topic, partition);
                await stranger.ProduceAsync(place, new() { Key = null, Value = null }, Ct);
                await stranger.ProduceAsync(place, new() { Key = [0xff, 0], Value = [0, 0xff] }, Ct);
                await stranger.ProduceAsync(place, new() { Key = "1"u8.ToArray(), Value = "hello"u8.ToArray() }, Ct);
            }
        }
        await PublishAsync(Event(1, 2), Event(2, 1));

        await ledger.HandleAllAsync();

        Assert.Equal("1 2", await World.LedgerAsync(1));
        Assert.Equal("1", await World.LedgerAsync(2));
        Assert.Equal(
            3 * World.Partitions,
            await World.AskAsync<long>("ledger", "select count(*) from waiting where parked_at is not null and event_id is null")
        );
    }

    [Theory]
    [InlineData(2_000_000)] // The library refuses the record, as the broker would.
    [InlineData(2_000)] // The broker refuses the record: the topic's limit is lower.
    public async Task A_record_refused_by_the_broker_stops_later_records_of_its_batch(int size)
    {
        await PublishAsync(Event(1, 1));
        if (size < 1_000_000)
            await LimitAsync(1_500);

        var failed = await Assert.ThrowsAsync<PublishException>(() =>
            PublishAsync(Event(1, 2), Event(1, 3, new string('x', size)), Event(1, 4))
        );
        await PublishAsync(Event(1, 5));

        Assert.DoesNotContain(1, failed.Delivered);
        Assert.DoesNotContain(2, failed.Delivered);
        Assert.DoesNotContain((await World.EventsAsync(1)).Select(e => e.Number()), n => n is 3 or 4);
        Assert.Equal(5, (await World.EventsAsync(1))[^1].Number());
    }

    private async Task LimitAsync(int bytes)
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock accepts records of any size");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = await Kafka.BootstrapAsync() }).Build();
        await admin.IncrementalAlterConfigsAsync(
            new()
            {
                [new ConfigResource { Type = ResourceType.Topic, Name = World.Topic }] =
                [
                    new ConfigEntry
                    {
                        Name = "max.message.bytes",
                        Value = $"{bytes}",
                        IncrementalOperation = AlterConfigOpType.Set,
                    },
                ],
            }
        );
    }
}
