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
        await CreateAsync(topic);
        for (var began = Environment.TickCount64; ; await Task.Delay(20, ct))
        {
            // Blocks a thread, once a topic and process.
            var metadata = await Task.Run(() => _admin.Value.GetMetadata(topic, Patience), ct);
            if (metadata.Topics is [{ Error.IsError: false, Partitions.Count: > 0 and var partitions }])
                return _partitions[topic] = partitions;
            if (Environment.TickCount64 - began > Patience.TotalMilliseconds)
                throw new KafkaException(metadata.Topics is [var found] ? found.Error : new Error(ErrorCode.UnknownTopicOrPart));
        }
    }

    private async Task CreateAsync(string topic)
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
        }
        catch (CreateTopicsException e) when (e.Results[0].Error.Code is ErrorCode.TopicAlreadyExists)
        {
            // Another process, or the operator, was first.
        }
        catch (CreateTopicsException e)
            when (e.Results[0].Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed)
        {
            // It is the operator's to make: whether it is there will be seen.
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_UnsupportedFeature)
        {
            // So is it where the broker makes topics by itself.
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
