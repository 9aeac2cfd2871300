using Confluent.Kafka;

namespace Mannam.Kafka;

/// <summary>Reads a topic as history, for people, without joining a group.</summary>
public static class KafkaHistory
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The events of a saga, or of all, by the producers' commit times; those of one producer in order.</summary>
    /// <exception cref="InvalidOperationException">Kafka is unreachable, or has no such topic.</exception>
    public static IReadOnlyList<ReceivedEvent> Read(KafkaOptions options, string topic, long? key)
    {
        ArgumentNullException.ThrowIfNull(options);
        Librdkafka.Find();
        try
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(
                options.With(("group.id", "mannam-history"), ("enable.auto.commit", "false"), ("enable.partition.eof", "true"))
            )
                .SetLogHandler((_, _) => { })
                .SetErrorHandler((_, _) => { })
                .Build();
            using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
            var metadata = admin.GetMetadata(topic, Patience).Topics[0];
            if (metadata.Error.IsError)
                throw new KafkaException(metadata.Error);
            consumer.Assign(metadata.Partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, 0)));
            var events = new List<ReceivedEvent>();
            // A partition reports its end repeatedly while others write, so each partition counts once.
            var left = metadata.Partitions.Select(p => p.PartitionId).ToHashSet();
            while (left.Count > 0)
            {
                var record = consumer.Consume(Patience) ?? throw new KafkaException(ErrorCode.Local_TimedOut);
                if (record.IsPartitionEOF)
                    left.Remove(record.Partition);
                else if (KafkaRecord.Read(record) is var received && (key is null || received.Key == key))
                    events.Add(received);
            }
            return [.. events.OrderBy(e => e.Time).ThenBy(e => e.Partition).ThenBy(e => e.Offset)];
        }
        catch (KafkaException e)
        {
            throw new InvalidOperationException($"{topic} cannot be read from Kafka: {e.Error.Reason}", e);
        }
    }
}
