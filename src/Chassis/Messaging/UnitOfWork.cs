namespace Mannam.Messaging;

/// <summary>Guarantee 1, the first half: the changes of one transaction. Decisions, their events and their scheduled messages are stored together, or not
/// at all.</summary>
/// <param name="map">Detects changes of aggregates.</param>
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

        /// <summary>A copy from the last comparison.</summary>
        public TAggregate Seen { get; set; } = (TAggregate)now.Copy();

        /// <summary>The stored version; 0 if it is not stored.</summary>
        public int StoredVersion { get; set; } = now.Version;

        public bool IsDirty { get; set; }
    }

    /// <summary>Whether there is nothing to store.</summary>
    public bool IsEmpty => _rows.Count == 0 && !_aggregates.Values.Any(e => e.IsDirty);

    /// <summary>Whether a decision raised an event or scheduled a message.</summary>
    public bool HasMessages => _wakes != Wakes.None;

    /// <summary>Adds an aggregate before its decision, stored or new.</summary>
    public TAggregate Track(TAggregate aggregate)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        _aggregates.Add(aggregate.Key, new Entry(aggregate));
        return aggregate;
    }

    /// <summary>The tracked aggregate of this key; null if there is none.</summary>
    public TAggregate? Find(long key) => _aggregates.GetValueOrDefault(key)?.Now;

    /// <summary>Adds a new aggregate to the changes.</summary>
    public void Create(TAggregate aggregate, IMessage[] raised, MessageContext context)
    {
        Track(aggregate);
        Record(_aggregates[aggregate.Key], raised, context);
    }

    /// <summary>Adds a decision to the changes. An unchanged aggregate without messages adds nothing.</summary>
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

    // Also records the idempotency key of the request that caused it.
    private void Record(Entry entry, IMessage[] raised, MessageContext context)
    {
        // The version also increments if only a message was raised: it orders the messages of a saga like their commits.
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

    /// <summary>Adds a row after the staged ones.</summary>
    public void Add(StoredRow row) => _rows.Add(row);

    /// <summary>Returns the changes to store, and clears them.</summary>
    public Changes<TAggregate> Take()
    {
        // Sorted by key, so that two transactions lock rows in the same order and cannot deadlock.
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

    /// <summary>Wakes the loops that have new work. Called after the commit. Other loops send no query.</summary>
    public void Wake() => messages.Signals.Wake(_wakes);
}

/// <summary>The changes that one transaction stores.</summary>
/// <param name="Key">The key of its aggregate; the lowest one if there are several.</param>
/// <param name="Aggregates">The changed aggregates, by key.</param>
/// <param name="Rows">The rows of messaging's own tables, in order.</param>
public sealed record Changes<TAggregate>(long Key, IReadOnlyList<AggregateChange<TAggregate>> Aggregates, IReadOnlyList<StoredRow> Rows)
    where TAggregate : Aggregate;

/// <summary>An aggregate to be stored.</summary>
/// <param name="Aggregate">Its state, with the new version.</param>
/// <param name="StoredVersion">The version that the store must have; 0 if the aggregate must not exist.</param>
public readonly record struct AggregateChange<TAggregate>(TAggregate Aggregate, int StoredVersion)
    where TAggregate : Aggregate;

/// <summary>A row of messaging's own tables.</summary>
public abstract record StoredRow;

/// <summary>The removal of a handled deferred message.</summary>
/// <param name="Id">Its id.</param>
public sealed record HandledDeferredMessage(long Id) : StoredRow;
