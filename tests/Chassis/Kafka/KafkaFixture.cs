using Confluent.Kafka;
using Mannam.Kafka;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

[assembly: AssemblyFixture(typeof(KafkaFixture))]

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>One Kafka for all tests. The first test that needs it starts it: a real broker if available, else librdkafka's mock cluster. Each test has
/// its own topic.</summary>
public sealed class KafkaFixture : IAsyncDisposable
{
    // A broker answers a waiting fetch when a record arrives; librdkafka's mock only when the wait is over. So the wait is short.
    private static readonly (string Name, string Value) MockWait = ("fetch.wait.max.ms", "5");
    private readonly Lazy<Task<string>> _bootstrap;
    private Broker? _broker;
    private IAdminClient? _mock;
    private int _topics;

    public KafkaFixture() => _bootstrap = new(StartAsync);

    /// <summary>The address of a broker.</summary>
    public Task<string> BootstrapAsync() => _bootstrap.Value;

    /// <summary>A topic name that no other test uses.</summary>
    public string NewTopic() => $"counting{Interlocked.Increment(ref _topics)}";

    /// <summary>A transport, as each process has one.</summary>
    /// <param name="groups">The prefix of the consumer groups' names.</param>
    /// <param name="partitions">The number of partitions of topics that the transport creates.</param>
    /// <param name="client">Properties of librdkafka.</param>
    public async Task<KafkaTransport> TransportAsync(string groups, int partitions, params (string Name, string Value)[] client) =>
        new(
            new KafkaOptions
            {
                Bootstrap = await BootstrapAsync(),
                Partitions = partitions,
                GroupPrefix = groups,
                Client = (Broker.IsHere ? client : [MockWait, .. client]).ToDictionary(c => c.Name, c => c.Value),
            },
            NullLogger.Instance
        );

    /// <summary>All records of a topic, each partition's in order.</summary>
    public async Task<List<ConsumeResult<byte[], byte[]>>> ReadAsync(string topic)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = await BootstrapAsync(),
                GroupId = "tests",
                EnablePartitionEof = true,
                EnableAutoCommit = false,
            }
        ).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions;
        consumer.Assign(partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, 0)));
        var records = new List<ConsumeResult<byte[], byte[]>>();
        // A partition reports its end several times while others write.
        var left = partitions.Select(p => p.PartitionId).ToHashSet();
        while (left.Count > 0)
        {
            var record = consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"{topic} could not be read to its end");
            if (record.IsPartitionEOF)
                left.Remove(record.Partition);
            else
                records.Add(record);
        }
        return [.. records.OrderBy(r => r.Partition.Value).ThenBy(r => r.Offset.Value)];
    }

    internal async Task<List<ReceivedEvent>> EventsAsync(string topic) => (await ReadAsync(topic)).ConvertAll(KafkaRecord.Read);

    private async Task<string> StartAsync()
    {
        Librdkafka.Find();
        if (Broker.IsHere)
        {
            _broker = new Broker(Path.Combine(Path.GetTempPath(), $"mannam-kafka-{Environment.ProcessId}"));
            await _broker.StartAsync();
            return _broker.Bootstrap;
        }
        _mock = new AdminClientBuilder(
            new Dictionary<string, string> { ["test.mock.num.brokers"] = "1", ["bootstrap.servers"] = "mock" }
        ).Build();
        var broker = _mock.GetMetadata(TimeSpan.FromSeconds(10)).Brokers[0];
        return $"{broker.Host}:{broker.Port}";
    }

    public async ValueTask DisposeAsync()
    {
        _mock?.Dispose();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }
}
