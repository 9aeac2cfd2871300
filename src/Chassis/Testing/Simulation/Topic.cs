using Mannam.Local;

namespace Mannam.Testing;

/// <summary>The in-process transport, whose publishing may fail before or after it took effect, and whose subscribers get as much as chance has it.</summary>
internal sealed class Topic(World world, LocalTransport inner, ILoop writer) : ITransport
{
    private readonly List<TopicRecord> _published = [];

    /// <summary>What was published in this run.</summary>
    public IReadOnlyList<TopicRecord> Published => _published;

    /// <summary>A new run begins.</summary>
    public void Forget() => _published.Clear();

    public async Task PublishAsync(string topic, IReadOnlyList<TopicRecord> records, CancellationToken ct)
    {
        var (appended, known) = world.Disturbance.Publishing(records.Count) ?? (records.Count, records.Count);
        if (appended > 0)
            await AppendAsync(topic, [.. records.Take(appended)]);
        if (known < records.Count)
            throw new PublishException("the connection was lost", [.. Enumerable.Range(0, known)]);
    }

    /// <summary>Appends, though whoever published them may have done so before.</summary>
    public async Task AppendAsync(string topic, IReadOnlyList<TopicRecord> records)
    {
        var appended = inner.PublishAsync(topic, records, CancellationToken.None);
        await writer.StepAsync(CancellationToken.None);
        await appended;
        _published.AddRange(records);
        world.Appended();
    }

    public ISubscription Subscribe(string topic, string group, IPositions positions) =>
        new Share(world, inner.Subscribe(topic, group, positions));

    private sealed class Share(World world, ISubscription inner) : ISubscription
    {
        private readonly List<ReceivedEvent> _there = [];

        public async Task<IReadOnlyList<ReceivedEvent>> FetchAsync(int max, CancellationToken ct)
        {
            _there.AddRange(await inner.FetchAsync(max, ct));
            var fetched = new List<ReceivedEvent>();
            foreach (var partition in _there.GroupBy(r => r.Partition).OrderBy(p => p.Key))
                fetched.AddRange(partition.Take(world.Disturbance.Share(partition.Count())));
            _there.RemoveAll(fetched.Contains);
            return fetched;
        }

        public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => inner.WaitAsync(atMost, ct);

        public void Rewind()
        {
            _there.Clear();
            inner.Rewind();
        }

        public int? Partitions => inner.Partitions;

        public long Lag(int partition, long next) => inner.Lag(partition, next);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
