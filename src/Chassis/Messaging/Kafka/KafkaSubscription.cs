using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Mannam.Chassis.Messaging.Kafka;

/// <summary>A member of a consumer group. The group decides who reads which partition; where from is read in the service's own database, at each assignment
/// and after each failure, and nothing is committed to the broker.</summary>
internal sealed class KafkaSubscription : ISubscription
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    // To leave takes some milliseconds. Amid a rebalance it may take for ever: what its callback asks of a group that has just ended is not answered
    // (github.com/confluentinc/librdkafka/issues/4041, still so in 2.15.1).
    private static readonly TimeSpan LeavesWithin = TimeSpan.FromSeconds(10);
    private readonly KafkaOptions _options;
    private readonly string _topic;
    private readonly string _group;
    private readonly IPositions _positions;
    private readonly KafkaTopics _topics;
    private readonly ILogger _log;
    private readonly PollingThread _thread;
    private readonly HashSet<int> _assigned = [];
    private readonly List<ConsumeResult<byte[], byte[]>> _fetched = [];

    // Calls into the C library from other threads than ours. It frees a consumer in whose calls somebody still is, which ends the process.
    private readonly Lock _others = new();
    private volatile IConsumer<byte[], byte[]>? _consumer;
    private volatile bool _rewind;

    public KafkaSubscription(KafkaOptions options, string topic, string group, IPositions positions, KafkaTopics topics, ILogger log)
    {
        (_options, _topic, _group, _positions, _topics, _log) = (options, topic, options.GroupPrefix + group, positions, topics, log);
        _thread = new PollingThread($"kafka {group}");
    }

    public int? Partitions { get; private set; }

    public async Task<IReadOnlyList<Received>> FetchAsync(int max, CancellationToken ct)
    {
        Partitions ??= await _topics.EnsureAsync(_topic, ct);
        return await _thread.RunAsync(() => Fetch(max, ct));
    }

    // Waits for the first: whoever has just handled a batch and is told that there is nothing would come again to wait, and a third time for what came. Each
    // time two threads are woken.
    private List<Received> Fetch(int max, CancellationToken ct)
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

    // Takes what is there, or waits for the first. A rebalance happens in here; what was taken of a partition that goes is dropped by it.
    private void Poll(int max, TimeSpan atMost, CancellationToken ct)
    {
        try
        {
            _consumer ??= Join();
            if (_rewind)
                Reposition(ct);
            for (var began = Stopwatch.GetTimestamp(); _fetched.Count < max; )
            {
                var left = _fetched.Count > 0 ? TimeSpan.Zero : atMost - Stopwatch.GetElapsedTime(began);
                var record = _consumer.Consume(
                    left < TimeSpan.Zero ? TimeSpan.Zero
                    : left < Slice ? left
                    : Slice
                );
                if (record is not null)
                    _fetched.Add(record);
                // Whole milliseconds are counted: with less it would ask without a pause.
                else if (left < TimeSpan.FromMilliseconds(1) || ct.IsCancellationRequested)
                    return;
            }
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            throw;
        }
        catch
        {
            // A rebalance that failed in the middle leaves a consumer that waits for its end.
            Leave();
            throw;
        }
    }

    private IConsumer<byte[], byte[]> Join()
    {
        var consumer = new ConsumerBuilder<byte[], byte[]>(
            _options.With(
                ("group.id", _group),
                ("enable.auto.commit", "false"),
                ("enable.auto.offset.store", "false"),
                ("partition.assignment.strategy", "cooperative-sticky"),
                // Whoever was killed is missed after so long; its partitions wait meanwhile.
                ("session.timeout.ms", "8000"),
                ("heartbeat.interval.ms", "2000"),
                // A position that the topic no longer has: its records were deleted, or it was made anew.
                ("auto.offset.reset", "earliest"),
                ("queued.max.messages.kbytes", "8192"),
                ("fetch.error.backoff.ms", "100")
            )
        ).SetLogHandler((_, message) => _log.LogDebug("{Message}", message.Message)).SetErrorHandler((_, error) => _log.LogDebug("{Reason}", error.Reason)).SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions)).SetPartitionsRevokedHandler((_, partitions) => Gone(partitions)).SetPartitionsLostHandler((_, partitions) => Gone(partitions)).Build();
        consumer.Subscribe(_topic);
        return consumer;
    }

    private List<TopicPartitionOffset> Assigned(List<TopicPartition> partitions)
    {
        var from = Positions([.. partitions.Select(p => p.Partition.Value)], CancellationToken.None);
        _assigned.UnionWith(partitions.Select(p => p.Partition.Value));
        return from;
    }

    private void Gone(List<TopicPartitionOffset> partitions)
    {
        var gone = partitions.Select(p => p.Partition.Value).ToHashSet();
        _assigned.ExceptWith(gone);
        _fetched.RemoveAll(r => gone.Contains(r.Partition.Value));
        _positions.Forget(gone);
    }

    // Given up and taken anew, locally: the group does not notice.
    private void Reposition(CancellationToken ct)
    {
        _fetched.Clear();
        var from = Positions(_assigned, ct);
        _consumer!.IncrementalUnassign(from.Select(p => p.TopicPartition));
        _consumer.IncrementalAssign(from);
        _rewind = false;
    }

    // On a thread of our own, so it may wait.
    private List<TopicPartitionOffset> Positions(HashSet<int> partitions, CancellationToken ct) =>
        partitions.Count == 0
            ? []
            :
            [
                .. _positions
                    .ReadAsync(partitions, ct)
                    .GetAwaiter()
                    .GetResult()
                    .Select(p => new TopicPartitionOffset(_topic, p.Key, p.Value)),
            ];

    public void Rewind() => _rewind = true;

    public long Lag(int partition, long next)
    {
        try
        {
            lock (_others)
            {
                // What the client knows; no broker is asked.
                if (_consumer?.GetWatermarkOffsets(new TopicPartition(_topic, partition)).High is { IsSpecial: false } end)
                    return Math.Max(end.Value, _topics.EndOf(_topic, partition)) - next;
            }
        }
        catch (KafkaException)
        {
            // It knows nothing of the partition.
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
            _log.LogDebug(e, "{Group} left without a word", _group);
        }
        consumer?.Dispose();
        _positions.Forget([.. _assigned]);
        _assigned.Clear();
        _fetched.Clear();
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
            _log.LogWarning("{Group} has not left within {Time}; the others miss it when its session is over", _group, LeavesWithin);
        }
    }
}
