namespace Mannam.Messaging;

/// <summary>Guarantee 1, the first half: what one transaction changes. Decisions, their events and what they schedule are stored together, or not at all.</summary>
/// <param name="map">Tells whether an aggregate was changed.</param>
/// <param name="messages">Makes rows of messages.</param>
public sealed class UnitOfWork<TAggregate>(IChangeDetector<TAggregate> map, MessageWriter messages)
    where TAggregate : Aggregate
{
    private readonly SortedDictionary<long, Entry> _aggregates = [];
    private readonly List<StoredRow> _rows = [];
    private Wakes _wakes;

    private sealed class Entry(TAggregate now)
    {
        public TAggregate Now { get; } = now;

        /// <summary>As it was when it was last looked at.</summary>
        public TAggregate Seen { get; set; } = (TAggregate)now.Copy();

        /// <summary>In the store; 0 where it is not there.</summary>
        public int StoredVersion { get; set; } = now.Version;

        public bool IsDirty { get; set; }
    }

    /// <summary>Whether there is nothing to store.</summary>
    public bool IsEmpty => _rows.Count == 0 && !_aggregates.Values.Any(e => e.IsDirty);

    /// <summary>Whether a decision raised an event, or scheduled a message.</summary>
    public bool HasMessages => _wakes != Wakes.None;

    /// <summary>An aggregate about to decide: as it is stored, or new.</summary>
    public TAggregate Track(TAggregate aggregate)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        _aggregates.Add(aggregate.Key, new Entry(aggregate));
        return aggregate;
    }

    /// <summary>The aggregate of that key, if it is tracked.</summary>
    public TAggregate? Find(long key) => _aggregates.GetValueOrDefault(key)?.Now;

    /// <summary>Makes a new aggregate part of this, as it is.</summary>
    public void Create(TAggregate aggregate, IMessage[] raised, MessageContext context)
    {
        Track(aggregate);
        Record(_aggregates[aggregate.Key], raised, context);
    }

    /// <summary>Makes a decision part of this. An aggregate that was left as it was, and raised nothing, adds nothing.</summary>
    /// <returns>Whether there is anything to commit.</returns>
    public bool Stage(TAggregate aggregate, IMessage[] raised, MessageContext context)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        ArgumentNullException.ThrowIfNull(raised);
        var entry = _aggregates[aggregate.Key];
        if (raised.Length == 0 && map.IsSame(entry.Seen, aggregate) && !map.HasAdded(aggregate))
            return false;
        Record(entry, raised, context);
        entry.Seen = (TAggregate)aggregate.Copy();
        return true;
    }

    // With the idempotency key of the request that it follows from.
    private void Record(Entry entry, IMessage[] raised, MessageContext context)
    {
        // Also where only a message was raised: the version orders the messages of a saga as their commits.
        entry.Now.Version++;
        entry.IsDirty = true;
        foreach (var message in raised)
        {
            var (row, wakes) = messages.Write(entry.Now.Key, message, context);
            _rows.Add(row);
            _wakes |= wakes;
        }
        if (context.Request() is { IsRecorded: false } request)
            _rows.Insert(0, request.Row(entry.Now));
    }

    /// <summary>Another row, after those that are staged.</summary>
    public void Add(StoredRow row) => _rows.Add(row);

    /// <summary>What is to be stored; nothing is staged afterwards.</summary>
    public Changes<TAggregate> Take()
    {
        // By key, so that two who change the same wait for, and not against, each other.
        var dirty = _aggregates.Values.Where(e => e.IsDirty).ToList();
        var changes = new Changes<TAggregate>(
            _aggregates.Keys.FirstOrDefault(),
            dirty.ConvertAll(e => new AggregateChange<TAggregate>(e.Now, e.StoredVersion)),
            [.. _rows]
        );
        foreach (var entry in dirty)
            (entry.StoredVersion, entry.IsDirty) = (entry.Now.Version, false);
        _rows.Clear();
        return changes;
    }

    /// <summary>Wakes the loops that have something to look at; called after the commit. A loop that has nothing to do asks the store for nothing.</summary>
    public void Wake() => messages.Signals.Wake(_wakes);
}

/// <summary>What one transaction stores.</summary>
/// <param name="Key">Its aggregate's key; the least of them, where there are several.</param>
/// <param name="Aggregates">The aggregates that were changed, by key.</param>
/// <param name="Rows">The rows of messaging's own tables, in their order.</param>
public sealed record Changes<TAggregate>(long Key, IReadOnlyList<AggregateChange<TAggregate>> Aggregates, IReadOnlyList<StoredRow> Rows)
    where TAggregate : Aggregate;

/// <summary>An aggregate to be stored.</summary>
/// <param name="Aggregate">As it is now, with its new version.</param>
/// <param name="StoredVersion">The version that the store must hold; 0 where it must not hold the aggregate.</param>
public readonly record struct AggregateChange<TAggregate>(TAggregate Aggregate, int StoredVersion)
    where TAggregate : Aggregate;

/// <summary>A row of messaging's own tables.</summary>
public abstract record StoredRow;

/// <summary>The removal of a deferred message that was handled.</summary>
/// <param name="Id">Its id.</param>
public sealed record HandledDeferredMessage(long Id) : StoredRow;
