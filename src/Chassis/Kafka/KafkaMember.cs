using Confluent.Kafka;

namespace Mannam.Kafka;

/// <summary>Configures a member of a consumer group.</summary>
internal static class KafkaMember
{
    /// <summary>A builder for a member.</summary>
    public static ConsumerBuilder<byte[], byte[]> Of(KafkaOptions options, string group)
    {
        var properties = options.With(
            ("group.id", group),
            ("partition.assignment.strategy", "cooperative-sticky"),
            // The time after which the group notices a killed member; its partitions wait meanwhile.
            ("session.timeout.ms", "8000"),
            ("heartbeat.interval.ms", "2000"),
            ("queued.max.messages.kbytes", "8192"),
            ("fetch.error.backoff.ms", "100")
        );
        // The installation cannot change the following properties. Positions are in the service's database,
        properties["enable.auto.commit"] = "false";
        properties["enable.auto.offset.store"] = "false";
        // and the client must not move a position that the topic no longer has: the service first finds out why.
        properties["auto.offset.reset"] = "error";
        return new(properties);
    }
}
