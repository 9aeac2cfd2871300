using Mannam.Chassis.Hosting;

namespace Mannam.Chassis.Messaging.InProcess;

/// <summary>The transport of one machine: no broker, every event durable in a log database shaped like Kafka topics, one database a topic.</summary>
public sealed class InProcessTransport : ITransport, IAsyncDisposable
{
    private readonly Dictionary<string, Channel> _topics = [];

    private sealed record Channel(TopicLog Log, LogTail Tail, LogWriter Writer);

    /// <summary>Adds a topic, and applies its schema; returns the loop that writes it.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="connectionString">The database that is the topic's alone.</param>
    /// <param name="partitions">How many partitions, as its first start had it.</param>
    /// <param name="points">The named points of the log's writer.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ILoop> AddTopicAsync(string topic, string connectionString, int partitions, Points points, CancellationToken ct)
    {
        var log = new TopicLog(connectionString, topic, partitions);
        await TopicLog.Schema.ApplyAsync(log.Database, ct);
        var tail = new LogTail(partitions);
        var writer = new LogWriter(log, tail, points);
        _topics.Add(topic, new Channel(log, tail, writer));
        return writer;
    }

    public Task PublishAsync(string topic, IReadOnlyList<Record> records, CancellationToken ct) =>
        _topics[topic].Writer.AppendAsync(records, ct);

    public ISubscription Subscribe(string topic, string group, IPositions positions) =>
        new Subscription(_topics[topic].Log, _topics[topic].Tail, positions);

    /// <summary>Closes the databases.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (log, _, _) in _topics.Values)
            await log.DisposeAsync();
    }

    private sealed class Subscription : ISubscription
    {
        private readonly TopicLog _log;
        private readonly LogTail _tail;
        private readonly IPositions _positions;
        private readonly Signal _appended = new();
        private readonly long[] _next;
        private bool _positioned;
        private int _first;

        public Subscription(TopicLog log, LogTail tail, IPositions positions)
        {
            (_log, _tail, _positions, _next) = (log, tail, positions, new long[log.Partitions]);
            tail.Listen(_appended);
        }

        public async Task<IReadOnlyList<Received>> FetchAsync(int max, CancellationToken ct)
        {
            if (!_positioned)
                await PositionAsync(ct);
            var fetched = new List<Received>();
            var ends = _tail.Ends;
            // Each time another partition is first, so that none is starved by a full batch.
            _first = (_first + 1) % _next.Length;
            for (var i = 0; i < _next.Length && fetched.Count < max; i++)
            {
                var partition = (_first + i) % _next.Length;
                var read = _tail.Read(partition, _next[partition], ends[partition], max, fetched);
                if (read == _next[partition] && read < ends[partition])
                {
                    var stored = await _log.ReadAsync(partition, read, max - fetched.Count, ct);
                    fetched.AddRange(stored);
                    read += stored.Count;
                }
                _next[partition] = read;
            }
            return fetched;
        }

        private async Task PositionAsync(CancellationToken ct)
        {
            foreach (var (partition, next) in await _positions.ReadAsync([.. Enumerable.Range(0, _next.Length)], ct))
                _next[partition] = next;
            _positioned = true;
        }

        public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _appended.WaitAsync(atMost, ct);

        public void Rewind() => _positioned = false;

        public int? Partitions => _next.Length;

        public long Lag(int partition, long next) => _tail.IsKnown ? _tail.Ends[partition] - next : long.MaxValue;

        public ValueTask DisposeAsync()
        {
            _tail.Leave(_appended);
            return ValueTask.CompletedTask;
        }
    }
}
