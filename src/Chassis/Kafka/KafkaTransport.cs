using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Mannam.Kafka;

/// <summary>The transport between machines. A missing topic is created at its first use, so Kafka need not run at the start.</summary>
public sealed class KafkaTransport : ITransport, IDisposable
{
    // A loop must return while the broker is unreachable, because its heartbeat is watched.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly KafkaOptions _options;
    private readonly ILogger _log;
    private readonly KafkaTopics _topics;
    private readonly Lock _turn = new();
    private KafkaProducer? _producer;

    // The topics as the producer knows them: it would go on with the partitions of an old topic.
    private readonly Dictionary<string, KafkaTopic> _producedTo = [];

    // After a failure the topic is queried again: it may be gone, or another one.
    private volatile bool _failed;

    public KafkaTransport(KafkaOptions options, ILogger log)
    {
        Librdkafka.Find();
        (_options, _log, _topics) = (options, log, new KafkaTopics(options, log));
    }

    public async Task PublishAsync(string topic, IReadOnlyList<TopicRecord> records, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (records.Count == 0)
            return;
        var delivered = new Delivered(records.Count, _topics);
        KafkaProducer? producer = null;
        try
        {
            var known = await _topics.EnsureAsync(topic, fresh: _failed, ct);
            _failed = false;
            producer = Producer(topic, known);
            using var within = CancellationTokenSource.CreateLinkedTokenSource(ct, producer.Over);
            within.CancelAfter(Patience);
            await producer.SendAsync(topic, records, delivered, within.Token);
        }
        catch (Exception e) when (e is KafkaException or OperationCanceledException or ObjectDisposedException)
        {
            _failed = true;
            GiveUp(producer);
            ct.ThrowIfCancellationRequested();
            var why = e is KafkaException ? e.Message.TrimEnd('.') : $"not acknowledged within {Patience.TotalSeconds} s";
            throw new PublishException($"Kafka did not store all records: {why}", delivered.Indexes, e);
        }
    }

    private KafkaProducer Producer(string topic, KafkaTopic known)
    {
        KafkaProducer? outdated;
        lock (_turn)
        {
            outdated = _producedTo.TryGetValue(topic, out var before) && before != known ? _producer : null;
            _producedTo[topic] = known;
        }
        GiveUp(outdated);
        lock (_turn)
            return _producer ??= new KafkaProducer(_options, _log);
    }

    // Other callers that wait for this producer lose it too: nothing has overtaken their records, but they will not be delivered.
    private void GiveUp(KafkaProducer? producer)
    {
        lock (_turn)
        {
            if (producer is null || _producer != producer)
                return;
            _producer = null;
        }
        producer.GiveUp();
        producer.Dispose();
    }

    public ISubscription Subscribe(string topic, string group, IPositions positions) =>
        new KafkaSubscription(_options, topic, group, positions, _topics, _log);

    public void Dispose()
    {
        GiveUp(_producer);
        _topics.Dispose();
    }
}
