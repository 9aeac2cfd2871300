using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Mannam.Kafka;

/// <summary>A member of a consumer group. The group decides who reads a partition. The service's own database decides from where, at each assignment and after
/// each failure. Nothing is committed to the broker.</summary>
internal sealed class KafkaSubscription : ISubscription
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    // To leave takes some milliseconds. During a rebalance it may never end: a call of the rebalance callback to a group that has just ended gets no answer
    // (github.com/confluentinc/librdkafka/issues/4041, still so in 2.15.1).
    private static readonly TimeSpan LeavesWithin = TimeSpan.FromSeconds(10);
    private readonly KafkaOptions _options;
    private readonly string _topic;
    private readonly string _group;
    private readonly KafkaPositions _positions;
    private readonly KafkaTopics _topics;
    private readonly ILogger _log;
    private readonly PollingThread _thread;
    private readonly HashSet<int> _assigned = [];
    private readonly List<ConsumeResult<byte[], byte[]>> _fetched = [];

    // Guards calls of other threads into the C library. It frees a consumer even during another thread's call, which would end the process.
    private readonly Lock _others = new();
    private volatile IConsumer<byte[], byte[]>? _consumer;
    private volatile bool _rewind;

    // A connection was lost since the last record: the same address may now have another broker, or the same one with an older state.
    private bool _wasCut;
    private readonly KafkaDoubt _doubt = new();
    private KafkaTopic? _known;

    public KafkaSubscription(KafkaOptions options, string topic, string group, IPositions positions, KafkaTopics topics, ILogger log)
    {
        (_options, _topic, _group, _topics, _log) = (options, topic, options.GroupPrefix + group, topics, log);
        _positions = new KafkaPositions(topic, positions, topics);
        _thread = new PollingThread($"kafka {group}");
    }

    public int? Partitions => _known?.Partitions;

    public async Task<IReadOnlyList<ReceivedEvent>> FetchAsync(int max, CancellationToken ct)
    {
        var topic = await _topics.EnsureAsync(_topic, fresh: _consumer is null, ct);
        return await _thread.RunAsync(() =>
        {
            // The client would go on with its knowledge of the old topic.
            if (_known is not null && _known != topic)
                Leave();
            _known = topic;
            return Fetch(max, ct);
        });
    }

    // Waits for the first record. If it returned nothing after each batch, the caller would wait and fetch once more, with two thread switches each
    // time.
    private List<ReceivedEvent> Fetch(int max, CancellationToken ct)
    {
        Poll(max, Slice, ct);
        var received = _fetched.ConvertAll(KafkaRecord.Read);
        _fetched.Clear();
        return received;
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) =>
        _thread.RunAsync(() =>
        {
            Poll(1, atMost, ct);
            return true;
        });

    private bool IsDoubtTooLong() =>
        _doubt.IsTooLong(_wasCut || !_positions.AllProven, _assigned.Count > 0, _topics.AnsweredAt(_topic), Environment.TickCount64);

    // Takes available records, or waits for the first. Rebalances happen inside; they drop the taken records of lost partitions.
    private void Poll(int max, TimeSpan atMost, CancellationToken ct)
    {
        try
        {
            if (IsDoubtTooLong())
                Leave();
            _consumer ??= Join();
            if (_rewind)
                Reposition(ct);
            for (var began = Stopwatch.GetTimestamp(); _fetched.Count < max; )
            {
                if (!_positions.AllProven)
                    AskAbout(_positions.Doubtful(_consumer, _known!), ct);
                var left = _fetched.Count > 0 ? TimeSpan.Zero : atMost - Stopwatch.GetElapsedTime(began);
                var record = Consume(
                    left < TimeSpan.Zero ? TimeSpan.Zero
                        : left < Slice ? left
                        : Slice,
                    ct
                );
                if (record is not null)
                    Take(record, ct);
                // Timeouts have whole milliseconds: a shorter one would poll without a pause.
                else if (left < TimeSpan.FromMilliseconds(1) || ct.IsCancellationRequested)
                    return;
            }
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            // The knowledge about the topic may be wrong.
            _topics.Suspect(_topic);
            throw;
        }
        catch
        {
            // A rebalance that failed halfway leaves a consumer that waits for its end.
            Leave();
            throw;
        }
    }

    private ConsumeResult<byte[], byte[]>? Consume(TimeSpan atMost, CancellationToken ct)
    {
        try
        {
            return _consumer!.Consume(atMost);
        }
        catch (ConsumeException e)
            when (e.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange or ErrorCode.Local_LogTruncation)
        {
            AskAbout([e.ConsumerRecord.Partition.Value], ct);
            return null;
        }
    }

    // Skips records that were read before, and records of a partition that may have another history.
    private void Take(ConsumeResult<byte[], byte[]> record, CancellationToken ct)
    {
        if (_wasCut)
            Reposition(ct);
        else if (_positions.IsProven(record.Partition.Value))
            _fetched.Add(record);
        else if (_positions.Look(_consumer!, record, _known!, ct) is { } from)
            FetchFrom([new(record.TopicPartition, from)]);
    }

    private void AskAbout(List<int> partitions, CancellationToken ct)
    {
        if (partitions.Count > 0)
            FetchFrom([.. partitions.Select(p => new TopicPartitionOffset(_topic, p, _positions.Ask(_consumer!, p, _known!, ct)))]);
    }

    // Unassigns and assigns again, locally: the group does not notice.
    private void FetchFrom(List<TopicPartitionOffset> from)
    {
        var partitions = from.Select(f => f.TopicPartition).ToHashSet();
        _fetched.RemoveAll(r => partitions.Contains(r.TopicPartition));
        _consumer!.IncrementalUnassign(partitions);
        _consumer.IncrementalAssign(from);
    }

    private IConsumer<byte[], byte[]> Join()
    {
        var consumer = KafkaMember
            .Of(_options, _group)
            .SetLogHandler((_, message) => _log.LogDebug("{Message}", message.Message))
            .SetErrorHandler((_, error) => Heard(error))
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => Gone(partitions))
            .SetPartitionsLostHandler((_, partitions) => Gone(partitions))
            .Build();
        consumer.Subscribe(_topic);
        return consumer;
    }

    private List<TopicPartitionOffset> Assigned(List<TopicPartition> partitions)
    {
        List<int> assigned = [.. partitions.Select(p => p.Partition.Value)];
        // This is our own thread, so it may block.
        var from = _positions.Read(assigned, _known!, CancellationToken.None);
        _assigned.UnionWith(assigned);
        return from;
    }

    private void Gone(List<TopicPartitionOffset> partitions)
    {
        var gone = partitions.Select(p => p.Partition.Value).ToHashSet();
        _assigned.ExceptWith(gone);
        _fetched.RemoveAll(r => gone.Contains(r.Partition.Value));
        _positions.Forget(gone);
    }

    private void Reposition(CancellationToken ct)
    {
        FetchFrom(_positions.Read(_assigned, _known!, ct));
        (_rewind, _wasCut) = (false, false);
    }

    private void Heard(Error error)
    {
        _log.LogDebug("{Reason}", error.Reason);
        _wasCut |= error.Code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown;
    }

    public void Rewind() => _rewind = true;

    public long Lag(int partition, long next)
    {
        try
        {
            lock (_others)
            {
                // From the client's knowledge, without a query.
                if (
                    _positions.IsProven(partition)
                    && _consumer?.GetWatermarkOffsets(new TopicPartition(_topic, partition)).High is { IsSpecial: false } end
                )
                {
                    return Math.Max(end.Value, _topics.EndOf(_topic, partition)) - next;
                }
            }
        }
        catch (KafkaException)
        {
            // The client does not know the partition.
        }
        return long.MaxValue;
    }

    private void Leave()
    {
        var consumer = _consumer;
        lock (_others)
            _consumer = null;
        try
        {
            consumer?.Close();
        }
        catch (KafkaException e)
        {
            _log.LogDebug(e, "{Group} failed while it left the group", _group);
        }
        consumer?.Dispose();
        _positions.Forget([.. _assigned]);
        _assigned.Clear();
        _fetched.Clear();
        (_rewind, _wasCut) = (false, false);
    }

    public async ValueTask DisposeAsync()
    {
        var left = _thread.RunAsync(() =>
        {
            Leave();
            return true;
        });
        _thread.Dispose();
        try
        {
            await left.WaitAsync(LeavesWithin);
        }
        catch (TimeoutException)
        {
            _log.LogWarning("{Group} has not left within {Time}; the group notices it when its session ends", _group, LeavesWithin);
        }
    }
}
