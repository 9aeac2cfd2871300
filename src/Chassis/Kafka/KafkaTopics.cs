using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace Mannam.Kafka;

/// <summary>A topic as the broker has it.</summary>
/// <param name="Id">Its identity, another one each time it is made; null where the broker does not tell it.</param>
/// <param name="Partitions">How many it has.</param>
internal sealed record KafkaTopic(string? Id, int Partitions);

/// <summary>Makes topics where they are missing, and knows which they are. What it knows is looked at again every few seconds, and after a failure: a topic may
/// vanish, be made anew or get more partitions while everything runs.</summary>
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

    // Calls into the C library. It frees a client in whose calls somebody still is, which ends the process.
    private readonly Lock _calls = new();
    private bool _ended;

    /// <summary>The topic, which is there then.</summary>
    /// <param name="topic">Its name.</param>
    /// <param name="fresh">Whether the broker is asked now, rather than in the background now and then.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="KafkaException">Kafka cannot be reached, or does not let us.</exception>
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

    /// <summary>What is known of the topic may be wrong: it is looked at with the next need of it.</summary>
    public void Suspect(string topic) => _looked[topic] = 0;

    /// <summary>When a broker last told of the topic, in the milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long AnsweredAt(string topic) => _answered.GetValueOrDefault(topic);

    // By whoever comes when it is time; nobody waits for it.
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
            log.LogDebug(e, "{Topic} was not looked at", topic);
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

    // Null where there is none.
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
            // It may be there all the same: another process was first, the operator makes topics, or the broker does by itself.
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

    /// <summary>A record of this process is there at this place: the topic is at least so long.</summary>
    public void Holds(TopicPartitionOffset record)
    {
        var place = (record.Topic, record.Partition.Value);
        var before = _ends.GetValueOrDefault(place);
        _ends[place] = record.Offset + 1;
        if (record.Offset < before)
        {
            log.LogError(
                "{Topic}/{Partition} took a record at {Offset}, after one at {Last}: it lost what this process had published",
                record.Topic,
                record.Partition.Value,
                record.Offset.Value,
                before - 1
            );
        }
    }

    /// <summary>Where a partition ends at least, by what this process has published.</summary>
    public long EndOf(string topic, int partition) => _ends.GetValueOrDefault((topic, partition));

    /// <summary>What this process has published may not be there any more.</summary>
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
