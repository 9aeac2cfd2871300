using Microsoft.Extensions.Logging;

namespace Mannam.Local;

/// <summary>The transport of one machine: no broker. Every event is durable in a log database with the shape of Kafka topics, one database per topic.</summary>
public sealed class LocalTransport : ITransport, IAsyncDisposable
{
    /// <summary>The default number of partitions of a new topic.</summary>
    public const int UsualPartitions = 12;

    private readonly Dictionary<string, Channel> _topics = [];

    private sealed record Channel(TopicLog Log, LogTail Tail, LogWriter Writer);

    /// <summary>Adds a topic, and applies its schema. Returns the loop that writes it.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="connectionString">The topic's own database.</param>
    /// <param name="partitions">The number of partitions of a new topic, at least 1; an existing one keeps its own.</param>
    /// <param name="failpoints">The failpoints of the log's writer.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<ILoop> AddTopicAsync(
        string topic,
        string connectionString,
        int partitions,
        Failpoints failpoints,
        CancellationToken ct
    )
    {
        var log = new TopicLog(connectionString, topic, partitions);
        await log.MakeAsync(ct);
        var tail = new LogTail(log.Partitions);
        var writer = new LogWriter(log, tail, failpoints);
        _topics.Add(topic, new Channel(log, tail, writer));
        return writer;
    }

    /// <summary>Adds a topic, and writes it until the loop is disposed.</summary>
    /// <inheritdoc cref="AddTopicAsync"/>
    internal async Task<LoopRunner> StartTopicAsync(
        string topic,
        string connectionString,
        int partitions,
        ILoggerFactory logging,
        CancellationToken ct
    )
    {
        var logger = logging.CreateLogger($"{topic}.log");
        var writer = await AddTopicAsync(topic, connectionString, partitions, new Failpoints($"{topic}.log"), ct);
        if (PartitionsOf(topic) is var own && own != partitions)
        {
            logger.LogWarning(
                "The log of {Topic} keeps its {Own} partitions; Host:Partitions={Configured} applies only to a new log",
                topic,
                own,
                partitions
            );
        }

        var runner = new LoopRunner(writer, TimeProvider.System, logger);
        runner.Start();
        return runner;
    }

    /// <summary>The number of a topic's partitions.</summary>
    public int PartitionsOf(string topic) => _topics[topic].Log.Partitions;

    public Task PublishAsync(string topic, IReadOnlyList<TopicRecord> records, CancellationToken ct) =>
        _topics[topic].Writer.AppendAsync(records, ct);

    public ISubscription Subscribe(string topic, string group, IPositions positions) =>
        new LocalSubscription(_topics[topic].Log, _topics[topic].Tail, positions);

    /// <summary>Closes the databases.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (log, _, _) in _topics.Values)
            await log.DisposeAsync();
    }
}
