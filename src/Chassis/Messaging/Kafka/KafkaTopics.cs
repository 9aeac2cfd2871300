using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Mannam.Chassis.Messaging.Kafka;

/// <summary>Makes topics where they are missing, and knows how many partitions they have.</summary>
internal sealed class KafkaTopics(KafkaOptions options) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Lazy<IAdminClient> _admin = new(() =>
        new AdminClientBuilder(options.With()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build()
    );
    private readonly ConcurrentDictionary<string, int> _partitions = [];
    private readonly ConcurrentDictionary<(string, int), long> _ends = [];

    /// <summary>How many partitions the topic has, which is there then.</summary>
    /// <exception cref="KafkaException">Kafka cannot be reached, or does not let us.</exception>
    public async Task<int> EnsureAsync(string topic, CancellationToken ct)
    {
        if (_partitions.TryGetValue(topic, out var known))
            return known;
        var refused = await CreateAsync(topic);
        for (var began = Environment.TickCount64; ; await Task.Delay(20, ct))
        {
            // Blocks a thread, once a topic and process.
            var metadata = await Task.Run(() => _admin.Value.GetMetadata(topic, Patience), ct);
            if (metadata.Topics is [{ Error.IsError: false, Partitions.Count: > 0 and var partitions }])
                return _partitions[topic] = partitions;
            if (Environment.TickCount64 - began > Patience.TotalMilliseconds)
                throw refused ?? new KafkaException(ErrorCode.UnknownTopicOrPart);
        }
    }

    private async Task<KafkaException?> CreateAsync(string topic)
    {
        var retention = options.Retention is { } kept ? ((long)kept.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) : "-1";
        var wanted = new TopicSpecification
        {
            Name = topic,
            NumPartitions = options.Partitions,
            // The broker's own default.
            ReplicationFactor = -1,
            Configs = new() { ["retention.ms"] = retention, ["retention.bytes"] = "-1" },
        };
        try
        {
            await _admin.Value.CreateTopicsAsync(
                [wanted],
                new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = Patience }
            );
            return null;
        }
        catch (KafkaException e)
        {
            // It may be there all the same: another process was first, the operator makes topics, or the broker does by itself.
            return e;
        }
    }

    /// <summary>A record of this process is there at this place: the topic is at least so long.</summary>
    public void Holds(TopicPartitionOffset record) =>
        _ends.AddOrUpdate((record.Topic, record.Partition.Value), record.Offset + 1, (_, end) => Math.Max(end, record.Offset + 1));

    /// <summary>Where a partition ends at least, by what this process has published.</summary>
    public long EndOf(string topic, int partition) => _ends.GetValueOrDefault((topic, partition));

    public void Dispose()
    {
        if (_admin.IsValueCreated)
            _admin.Value.Dispose();
    }
}
