using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace Mannam.Kafka;

/// <summary>A topic at the broker.</summary>
/// <param name="Id">Its identity, a new one each time it is created; null if the broker does not provide it.</param>
/// <param name="Partitions">The number of its partitions.</param>
internal sealed record KafkaTopic(string? Id, int Partitions);

/// <summary>Creates missing topics, and caches their identity. The cache is checked every few seconds, and after a failure: a topic may be deleted, created
/// again or get more partitions at any time.</summary>
internal sealed class KafkaTopics(KafkaOptions options, ILogger log) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);
    private readonly Lazy<IAdminClient> _admin = new(() =>
        new AdminClientBuilder(options.With()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build()
    );
    private readonly ConcurrentDictionary<string, KafkaTopic> _known = [];
    private readonly ConcurrentDictionary<string, long> _looked = [];
    private readonly ConcurrentDictionary<string, long> _answered = [];
    private readonly ConcurrentDictionary<(string, int), long> _ends = [];

    // Guards calls into the C library. It frees a client even during another thread's call, which would end the process.
    private readonly Lock _calls = new();
    private bool _ended;

    /// <summary>Returns the topic, and creates it if it is missing.</summary>
    /// <param name="topic">Its name.</param>
    /// <param name="fresh">Whether to query the broker now, instead of using the cache.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="KafkaException">Kafka is unreachable, or refuses.</exception>
    public async Task<KafkaTopic> EnsureAsync(string topic, bool fresh, CancellationToken ct)
    {
        if (!fresh && _known.TryGetValue(topic, out var known))
        {
            LookAgain(topic);
            return known;
        }
        KafkaException? refused = null;
        for (var began = Environment.TickCount64; ; await Task.Delay(20, ct))
        {
            if (await FindAsync(topic, ct) is { } found)
                return Know(topic, found);
            refused ??= await CreateAsync(topic);
            if (Environment.TickCount64 - began > Patience.TotalMilliseconds)
                throw refused ?? new KafkaException(ErrorCode.UnknownTopicOrPart);
        }
    }

    /// <summary>The cached topic may be wrong: its next use queries the broker.</summary>
    public void Suspect(string topic) => _looked[topic] = 0;

    /// <summary>When a broker last described the topic, in the milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long AnsweredAt(string topic) => _answered.GetValueOrDefault(topic);

    // Started by the first caller when the time has come; nobody waits for it.
    private void LookAgain(string topic)
    {
        var (now, before) = (Environment.TickCount64, _looked.GetOrAdd(topic, 0));
        if (now - before >= LookEvery.TotalMilliseconds && _looked.TryUpdate(topic, now, before))
            _ = LookAsync(topic);
    }

    private async Task LookAsync(string topic)
    {
        try
        {
            if (await FindAsync(topic, CancellationToken.None) is { } found)
                Know(topic, found);
            else if (_known.TryRemove(topic, out _))
                log.LogWarning("The topic {Topic} is gone; it is made anew", topic);
        }
        catch (Exception e) when (e is KafkaException or ObjectDisposedException)
        {
            log.LogDebug(e, "{Topic} could not be checked", topic);
        }
    }

    private KafkaTopic Know(string topic, KafkaTopic found)
    {
        _looked[topic] = Environment.TickCount64;
        var known = _known.GetValueOrDefault(topic);
        if (known == found)
            return known;
        if (known is not null)
        {
            log.LogWarning("The topic {Topic} is another one now: {Found}, it was {Known}", topic, found, known);
            ForgetEnds(topic);
        }
        return _known[topic] = found;
    }

    // Null if it does not exist.
    private async Task<KafkaTopic?> FindAsync(string topic, CancellationToken ct)
    {
        try
        {
            var described = await Call(admin =>
                    admin.DescribeTopicsAsync(
                        TopicCollection.OfTopicNames([topic]),
                        new DescribeTopicsOptions { RequestTimeout = Patience }
                    )
                )
                .WaitAsync(2 * Patience, ct);
            _answered[topic] = Environment.TickCount64;
            var found = described.TopicDescriptions[0];
            var isKnown = (found.TopicId.MostSignificantBits, found.TopicId.LeastSignificantBits) != (0, 0);
            return found.Partitions.Count > 0 ? new KafkaTopic(isKnown ? found.TopicId.ToString() : null, found.Partitions.Count) : null;
        }
        catch (DescribeTopicsException e)
            when (e.Results.TopicDescriptions is [{ Error.Code: ErrorCode.UnknownTopicOrPart or ErrorCode.LeaderNotAvailable }])
        {
            return null;
        }
        catch (TimeoutException)
        {
            throw new KafkaException(ErrorCode.Local_TimedOut);
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
            await Call(admin =>
                admin.CreateTopicsAsync([wanted], new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = Patience })
            );
            return null;
        }
        catch (KafkaException e)
        {
            // It may exist nevertheless: another process, an operator or the broker itself has created it.
            return e;
        }
    }

    private T Call<T>(Func<IAdminClient, T> call)
    {
        lock (_calls)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            return call(_admin.Value);
        }
    }

    /// <summary>This process has published a record at this place, so the topic is at least this long.</summary>
    public void Holds(TopicPartitionOffset record)
    {
        var place = (record.Topic, record.Partition.Value);
        var before = _ends.GetValueOrDefault(place);
        _ends[place] = record.Offset + 1;
        if (record.Offset < before)
        {
            log.LogError(
                "{Topic}/{Partition} stored a record at {Offset}, after one at {Last}: it has lost records of this process",
                record.Topic,
                record.Partition.Value,
                record.Offset.Value,
                before - 1
            );
        }
    }

    /// <summary>A lower bound of a partition's end, from this process's own records.</summary>
    public long EndOf(string topic, int partition) => _ends.GetValueOrDefault((topic, partition));

    /// <summary>This process's own records may be gone.</summary>
    public void ForgetEnds(string topic)
    {
        foreach (var place in _ends.Keys.Where(p => p.Item1 == topic))
            _ends.TryRemove(place, out _);
    }

    public void Dispose()
    {
        lock (_calls)
        {
            _ended = true;
            if (_admin.IsValueCreated)
                _admin.Value.Dispose();
        }
    }
}
