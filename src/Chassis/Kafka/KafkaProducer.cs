using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Mannam.Kafka;

/// <summary>An idempotent producer, for as long as all goes well. Within a partition what it has delivered is always the beginning of what it was given: it
/// tries without end, and whoever gives up gives it up altogether, so that nothing overtakes what failed.</summary>
internal sealed class KafkaProducer : IDisposable
{
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly CancellationTokenSource _over = new();

    // Calls into the C library. It frees a producer in whose calls somebody still is, which ends the process.
    private readonly Lock _calls = new();
    private bool _ended;

    public KafkaProducer(KafkaOptions options, ILogger log) => _producer = new ProducerBuilder<byte[], byte[]>(
            options.With(
                ("enable.idempotence", "true"),
                // A gap in a partition is fatal, and no message runs out of time before those behind it.
                ("enable.gapless.guarantee", "true"),
                ("message.timeout.ms", "0"),
                // As Java's producers choose the partition, and kcat -X partitioner=murmur2_random.
                ("partitioner", "murmur2_random"),
                // Who waits for the answer has given all it has.
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

    /// <summary>It may not be used any more; whoever waits for it, does no longer.</summary>
    public CancellationToken Over => _over.Token;

    public void GiveUp() => _over.Cancel();

    /// <summary>Publishes; returns what is in the topic for certain.</summary>
    /// <exception cref="OperationCanceledException">Not all is.</exception>
    /// <exception cref="KafkaException">Not all is.</exception>
    /// <exception cref="ObjectDisposedException">Nothing is: another has given it up.</exception>
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

    /// <summary>Ends it in the background: the library takes its time with what is on its way.</summary>
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

/// <summary>Which records of one call the broker has taken.</summary>
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

    /// <param name="isLate">Whether the producer was given up meanwhile: others publish after it, and may have been told before.</param>
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
