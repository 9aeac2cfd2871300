using Confluent.Kafka;

namespace Mannam.Kafka;

/// <summary>How a member of a consumer group is configured.</summary>
internal static class KafkaMember
{
    /// <summary>A member that is not built yet.</summary>
    public static ConsumerBuilder<byte[], byte[]> Of(KafkaOptions options, string group)
    {
        var properties = options.With(
            ("group.id", group),
            ("partition.assignment.strategy", "cooperative-sticky"),
            // Whoever was killed is missed after so long; its partitions wait meanwhile.
            ("session.timeout.ms", "8000"),
            ("heartbeat.interval.ms", "2000"),
            ("queued.max.messages.kbytes", "8192"),
            ("fetch.error.backoff.ms", "100")
        );
        // What follows is no choice of the installation's. Positions are in the service's database,
        properties["enable.auto.commit"] = "false";
        properties["enable.auto.offset.store"] = "false";
        // and a position that the topic does not have any more is not moved by the client: why it is so, is found out first.
        properties["auto.offset.reset"] = "error";
        return new(properties);
    }
}
