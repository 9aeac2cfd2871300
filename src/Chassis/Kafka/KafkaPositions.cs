using System.Collections.Concurrent;
using Confluent.Kafka;

namespace Mannam.Kafka;

/// <summary>The positions of a member's partitions, and whether they belong to the topic. Each partition is read from the record before its position. Until
/// that record is compared, no record of the partition is delivered. This costs no round trip.</summary>
/// <remarks>It runs on the member's own thread, which may block. Other threads may only call <see cref="IsProven"/>.</remarks>
internal sealed class KafkaPositions(string name, IPositions positions, KafkaTopics topics)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<int, Position> _unproven = [];

    // The broker has records after the position, so the record before it decides.
    private readonly HashSet<int> _asked = [];

    /// <summary>Whether all positions certainly belong to the topic.</summary>
    public bool AllProven => _unproven.IsEmpty;

    /// <summary>Whether the partition's position certainly belongs to the topic.</summary>
    public bool IsProven(int partition) => !_unproven.ContainsKey(partition);

    /// <summary>The offsets from which the partitions are fetched.</summary>
    public List<TopicPartitionOffset> Read(IReadOnlyCollection<int> partitions, KafkaTopic topic, CancellationToken ct)
    {
        if (partitions.Count == 0)
            return [];
        var from = new List<TopicPartitionOffset>();
        foreach (var (partition, position) in positions.ReadAsync(partitions, ct).GetAwaiter().GetResult())
        {
            Prove(partition);
            if (position.Next > 0 || IsOther(position, topic))
                _unproven[partition] = position;
            from.Add(new(name, partition, Math.Max(0, position.Next - 1)));
        }
        return from;
    }

    /// <summary>These partitions no longer belong to this member.</summary>
    public void Forget(IReadOnlyCollection<int> partitions)
    {
        foreach (var partition in partitions)
            Prove(partition);
        positions.Forget(partitions);
    }

    /// <summary>The partitions that must be checked with the broker: fetched data already suggest another history.</summary>
    public List<int> Doubtful(IConsumer<byte[], byte[]> consumer, KafkaTopic topic) =>
        [
            .. _unproven
                .Where(p => IsOther(p.Value, topic) || !_asked.Contains(p.Key) && EndsBefore(consumer, p.Key, p.Value))
                .Select(p => p.Key),
        ];

    // An unknown identity is adopted once. A broker without topic ids is trusted.
    private static bool IsOther(Position position, KafkaTopic topic) => topic.Id is not null && position.History != topic.Id;

    // From the client's knowledge, which may be old.
    private bool EndsBefore(IConsumer<byte[], byte[]> consumer, int partition, Position position) =>
        consumer.GetWatermarkOffsets(new TopicPartition(name, partition)).High is { IsSpecial: false } end && end < position.Next;

    /// <summary>Checks the first record of a partition whose position is not confirmed. Returns the offset to fetch from; null if reading goes on after this
    /// record.</summary>
    public long? Look(IConsumer<byte[], byte[]> consumer, ConsumeResult<byte[], byte[]> record, KafkaTopic topic, CancellationToken ct)
    {
        var (partition, position) = (record.Partition.Value, _unproven[record.Partition.Value]);
        if (IsOther(position, topic))
            return Ask(consumer, partition, topic, ct);
        // A compacted topic has gaps in its offsets: then nothing can be compared.
        if (record.Offset >= position.Next)
        {
            Prove(partition);
            return position.Next;
        }
        var mark = KafkaRecord.Read(record).Fingerprint;
        if (!position.BelongsTo(topic.Id, mark))
        {
            var marks = consumer.QueryWatermarkOffsets(new TopicPartition(name, partition), Patience);
            var next = GoOn(partition, position, new PartitionState(topic.Id, marks.Low.Value, marks.High.Value, mark), ct);
            Prove(partition);
            return next == position.Next ? null : next;
        }
        Prove(partition);
        return null;
    }

    /// <summary>Queries the broker about a partition that may have another history. Returns the offset to fetch from.</summary>
    public long Ask(IConsumer<byte[], byte[]> consumer, int partition, KafkaTopic topic, CancellationToken ct)
    {
        var position = positions.ReadAsync([partition], ct).GetAwaiter().GetResult()[partition];
        var marks = consumer.QueryWatermarkOffsets(new TopicPartition(name, partition), Patience);
        var next = GoOn(partition, position, new PartitionState(topic.Id, marks.Low.Value, marks.High.Value), ct);
        if (next == position.Next && next > marks.Low.Value && position.Last is not null)
        {
            // The record before the position exists, and is compared next.
            _unproven[partition] = position with
            {
                History = topic.Id ?? position.History,
            };
            _asked.Add(partition);
            return next - 1;
        }
        Prove(partition);
        return next;
    }

    private void Prove(int partition)
    {
        _unproven.TryRemove(partition, out _);
        _asked.Remove(partition);
    }

    private long GoOn(int partition, Position position, PartitionState found, CancellationToken ct)
    {
        var next = positions.GoOnAsync(partition, found, ct).GetAwaiter().GetResult();
        if (next != position.Next)
        {
            // It may be another topic now, without the records that this process has published.
            topics.Suspect(name);
            topics.ForgetEnds(name);
        }
        return next;
    }
}
