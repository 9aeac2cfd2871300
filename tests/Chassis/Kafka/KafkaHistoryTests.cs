using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Mannam.Kafka;
using Xunit;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>Reading a topic as history while the services run.</summary>
public sealed class KafkaHistoryTests(KafkaFixture kafka)
{
    private const int Long = 20;
    private const int Size = 9_000;

    // A fetch returns one record of that size per partition. The broker waits for more bytes than exist, so it answers at most ten times a second.
    private static readonly Dictionary<string, string> Slowly = new()
    {
        ["max.partition.fetch.bytes"] = "10000",
        ["fetch.min.bytes"] = "1000000",
        ["fetch.wait.max.ms"] = "100",
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_growing_partition_does_not_end_the_reading_of_the_others()
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock answers at once, so nothing is read slowly");
        var (live, still) = await MakeAsync();
        // One record every quarter of a second: the reader reaches this partition's end many times before the end of the other partition.
        using var writer = await WriterAsync(linger: 250);
        using var read = new CancellationTokenSource();
        var writing = WriteUntilAsync(writer, live, read.Token);

        var options = new KafkaOptions { Bootstrap = await kafka.BootstrapAsync(), Client = Slowly };
        var events = await Task.Run(() => KafkaHistory.Read(options, live.Topic, key: null), Ct);
        await read.CancelAsync();
        await writing;

        Assert.Equal(Long, events.Count(e => e.Partition == still.Partition));
        Assert.True(events.Count(e => e.Partition == live.Partition) > 2, "nothing was written to the partition while it was read");
    }

    private static async Task WriteUntilAsync(IProducer<byte[], byte[]> writer, TopicPartition to, CancellationToken read)
    {
        while (!read.IsCancellationRequested)
            await writer.ProduceAsync(to, new() { Value = [1] }, Ct);
    }

    // A topic with a short partition and a long one.
    private async Task<(TopicPartition Live, TopicPartition Still)> MakeAsync()
    {
        var topic = kafka.NewTopic();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = await kafka.BootstrapAsync() }).Build();
        await admin.CreateTopicsAsync([
            new TopicSpecification
            {
                Name = topic,
                NumPartitions = 2,
                ReplicationFactor = 1,
            },
        ]);
        var (live, still) = (new TopicPartition(topic, 0), new TopicPartition(topic, 1));
        using var writer = await WriterAsync();
        await writer.ProduceAsync(live, new() { Value = [1] }, Ct);
        // Each record in its own batch: a broker returns whole batches.
        for (var i = 0; i < Long; i++)
            await writer.ProduceAsync(still, new() { Value = new byte[Size] }, Ct);
        return (live, still);
    }

    private async Task<IProducer<byte[], byte[]>> WriterAsync(double linger = 0) =>
        new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = await kafka.BootstrapAsync(), LingerMs = linger }
        ).Build();
}
