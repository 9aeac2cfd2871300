using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Mannam.Kafka;

/// <summary>An idempotent producer, used until its first failure. Its delivered records are always a prefix of each partition's records: it retries without
/// limit, and a caller that gives up discards the producer, so that nothing overtakes a failed record.</summary>
internal sealed class KafkaProducer : IDisposable
{
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly CancellationTokenSource _over = new();

    // Guards calls into the C library. It frees a producer even during another thread's call, which would end the process.
    private readonly Lock _calls = new();
    private bool _ended;

    public KafkaProducer(KafkaOptions options, ILogger log) => _producer = new ProducerBuilder<byte[], byte[]>(
            options.With(
                ("enable.idempotence", "true"),
                // A gap in a partition is fatal, and no message times out before the ones behind it.
                ("enable.gapless.guarantee", "true"),
                ("message.timeout.ms", "0"),
                // The same partitioner as Java's producers and kcat -X partitioner=murmur2_random.
                ("partitioner", "murmur2_random"),
                // The caller has sent all its records, so the producer need not wait for more.
                ("linger.ms", "0")
            )
        ).SetLogHandler(
            (_, message) => log.LogDebug("{Message}", message.Message)
        ).SetErrorHandler((_, error) => Heard(error, log)).Build();

    private void Heard(Error error, ILogger log)
    {
        log.LogDebug("{Reason}", error.Reason);
        if (error.IsFatal)
            GiveUp();
    }

    /// <summary>Cancelled when the producer must not be used any more; all waits for it end.</summary>
    public CancellationToken Over => _over.Token;

    public void GiveUp() => _over.Cancel();

    /// <summary>Publishes records, and reports those that are stored in the topic for certain.</summary>
    /// <exception cref="OperationCanceledException">Not all are.</exception>
    /// <exception cref="KafkaException">Not all are.</exception>
    /// <exception cref="ObjectDisposedException">None is: the producer was discarded.</exception>
    public Task SendAsync(string topic, IReadOnlyList<TopicRecord> records, Delivered delivered, CancellationToken ct)
    {
        lock (_calls)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            for (var i = 0; i < records.Count; i++)
            {
                var index = i;
                _producer.Produce(
                    topic,
                    KafkaRecord.Write(records[i]),
                    report => delivered.Report(index, report, isLate: _over.IsCancellationRequested)
                );
            }
        }
        return delivered.All.WaitAsync(ct);
    }

    /// <summary>Ends it in the background, because the library takes time for records in flight.</summary>
    public void Dispose()
    {
        lock (_calls)
            _ended = true;
        Task.Run(() =>
        {
            _producer.Dispose();
            _over.Dispose();
        });
    }
}

/// <summary>The records of one call that the broker has stored.</summary>
internal sealed class Delivered(int count, KafkaTopics topics)
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<int> _indexes = new(count);

    public Task All => _all.Task;

    public IReadOnlyList<int> Indexes
    {
        get
        {
            lock (_indexes)
                return [.. _indexes];
        }
    }

    /// <param name="isLate">Whether the producer was discarded meanwhile: another one publishes now, and its reports may have come earlier.</param>
    public void Report(int index, DeliveryReport<byte[], byte[]> report, bool isLate)
    {
        if (report.Error.IsError)
        {
            _all.TrySetException(new KafkaException(report.Error));
            return;
        }
        if (!isLate)
            topics.Holds(report.TopicPartitionOffset);
        lock (_indexes)
        {
            _indexes.Add(index);
            if (_indexes.Count < count)
                return;
        }
        _all.TrySetResult();
    }
}
