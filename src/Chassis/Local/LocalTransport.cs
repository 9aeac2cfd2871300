namespace Mannam.Local;

/// <summary>The transport of one machine: no broker, every event durable in a log database shaped like Kafka topics, one database a topic.</summary>
public sealed class LocalTransport : ITransport, IAsyncDisposable
{
    private readonly Dictionary<string, Channel> _topics = [];

    private sealed record Channel(TopicLog Log, LogTail Tail, LogWriter Writer);

    /// <summary>Adds a topic, and applies its schema; returns the loop that writes it.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="connectionString">The database that is the topic's alone.</param>
    /// <param name="partitions">How many partitions a topic that is made gets, at least 1; one that is there keeps its own.</param>
    /// <param name="failpoints">The named points of the log's writer.</param>
    /// <param name="ct">Gives up.</param>
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

    /// <summary>How many partitions a topic has.</summary>
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
