namespace Mannam.Messaging;

/// <summary>How far a consumer has read each of its partitions: stored in its database, and in memory.</summary>
/// <remarks>The two differ by events without a subscriber here: their positions are stored with the next handled event.</remarks>
internal sealed class ConsumerPositions<TAggregate>(IConsumerStore<TAggregate> store, string topic, HistoryNotices notices) : IPositions
    where TAggregate : Aggregate
{
    // A subscription that does not know the lag returns a number too large to add up.
    private const long Many = int.MaxValue;
    private readonly Dictionary<int, StoredPosition> _stored = [];
    private readonly Dictionary<int, ReadPosition> _next = [];

    /// <summary>Called when the database has gone back: events that were read count as unread again.</summary>
    public Action WentBack { get; set; } = () => { };

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<int, Position>> ReadAsync(IReadOnlyCollection<int> partitions, CancellationToken ct)
    {
        var positions = await store.ReadPositionsAsync(topic, partitions, ct);
        foreach (var (partition, stored) in positions)
        {
            // Other replicas only move it forward, or to another history.
            if (
                Stored(partition)?.Position is { } before
                && before.History == stored.Position.History
                && before.Next > stored.Position.Next
            )
            {
                WentBack();
            }

            Set(partition, stored);
        }
        return positions.ToDictionary(p => p.Key, p => p.Value.Position);
    }

    /// <inheritdoc/>
    public async Task<long> GoOnAsync(int partition, PartitionState found, CancellationToken ct)
    {
        var before = Stored(partition)?.Position ?? throw new InvalidOperationException($"partition {partition} is not read");
        var compared = HistoryComparison.Of(before, found);
        var begins = compared.Next != before.Next;
        var now = new Position(compared.Next, found.History ?? before.History, begins ? null : before.Last ?? Known(found.Last));
        if (now == before)
            return now.Next;
        Set(partition, await store.ChangePositionAsync((topic, partition), before, now, again: compared.Other is not null, ct));
        if (compared.Other is { } why)
            notices.BeganAgain($"{topic}/{partition}", before.Next, now.Next, why);
        if (compared.Gone > 0)
            notices.Gone($"{topic}/{partition}", compared.Gone, now.Next);
        return now.Next;
    }

    private static Guid? Known(Guid? mark) => mark == Guid.Empty ? null : mark;

    private StoredPosition? Stored(int partition)
    {
        lock (_next)
            return _stored.GetValueOrDefault(partition);
    }

    private void Set(int partition, StoredPosition stored)
    {
        lock (_next)
        {
            _stored[partition] = stored;
            _next[partition] = new(stored.Position.Next, stored.Position.Last);
        }
    }

    /// <inheritdoc/>
    public void Forget(IReadOnlyCollection<int> partitions)
    {
        lock (_next)
        {
            foreach (var partition in partitions)
            {
                _next.Remove(partition);
                _stored.Remove(partition);
            }
        }
    }

    /// <summary>Whether the event was handled before its partition was read again, so long ago that the inbox has removed its id.</summary>
    public bool WasHandled(ReceivedEvent received) =>
        Stored(received.Partition)?.HandledBelow is { } newest && received.Unreadable is null && IsUpTo(newest, received);

    // Only UUIDs of version 7 contain their time; for others the event's time counts.
    private static bool IsUpTo(Guid newest, ReceivedEvent received) =>
        received.Id.Version == 7 ? received.Id <= newest : received.Time <= TimeOf(newest);

    private static DateTimeOffset TimeOf(Guid version7)
    {
        var bytes = version7.ToByteArray(bigEndian: true);
        return DateTimeOffset.FromUnixTimeMilliseconds(System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }

    /// <summary>The moves to store: the given positions, and those that are not stored yet.</summary>
    public PositionMoves To(Dictionary<int, ReadPosition> next)
    {
        var to = new SortedDictionary<int, ReadPosition>(next);
        lock (_next)
        {
            foreach (var (partition, reached) in _next)
            {
                if (reached.Next > _stored[partition].Position.Next)
                    to.TryAdd(partition, reached);
            }
            return new(
                [.. to.Keys],
                [.. to.Keys.Select(p => new ReadPosition(_stored[p].Position.Next, _stored[p].Position.Last))],
                [.. to.Values]
            );
        }
    }

    /// <summary>Records that the moves were committed.</summary>
    public void Stored(PositionMoves moves)
    {
        lock (_next)
        {
            for (var i = 0; i < moves.Partitions.Length; i++)
            {
                var (partition, reached) = (moves.Partitions[i], moves.Next[i]);
                if (_stored.TryGetValue(partition, out var before))
                    _stored[partition] = before with { Position = before.Position with { Next = reached.Next, Last = reached.Last } };
            }
        }
    }

    /// <summary>Records that all events before these positions were read.</summary>
    public void Passed(Dictionary<int, ReadPosition> next)
    {
        lock (_next)
        {
            foreach (var (partition, reached) in next)
                _next[partition] = reached;
        }
    }

    /// <summary>The progress at the end of all partitions; null while there is more to read.</summary>
    public ConsumerProgress? Handled(ISubscription? from)
    {
        lock (_next)
        {
            return from?.Partitions is { } all && _next.All(p => from.Lag(p.Key, p.Value.Next) <= 0)
                ? new ConsumerProgress(_next.Values.Sum(r => r.Next), _next.Count, all)
                : null;
        }
    }

    /// <summary>The number of records that are not read yet; null while no partition is assigned.</summary>
    public long? Lag(ISubscription? from)
    {
        lock (_next)
            return from is not null && _next.Count > 0 ? _next.Sum(p => Math.Clamp(from.Lag(p.Key, p.Value.Next), 0, Many)) : null;
    }
}

/// <summary>The progress of a consumer that has reached the end of all its partitions.</summary>
/// <param name="Records">The number of records of its partitions that it has read.</param>
/// <param name="Assigned">The number of its partitions.</param>
/// <param name="Partitions">The number of the topic's partitions.</param>
internal sealed record ConsumerProgress(long Records, int Assigned, int Partitions);
