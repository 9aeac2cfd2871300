using Mannam.Chassis.Messaging;
using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>Guarantee 1, the first half: what one transaction changes. Decisions, their events and what they leave due are sent together, or not at all.</summary>
internal sealed class UnitOfWork<TAggregate>(AggregateStore<TAggregate> store)
    where TAggregate : Aggregate
{
    private readonly SortedDictionary<long, Entry> _aggregates = [];
    private readonly List<NpgsqlBatchCommand> _rows = [];
    private Wakes _wakes;

    private sealed class Entry(TAggregate now)
    {
        public TAggregate Now { get; } = now;

        /// <summary>As it was when last looked at.</summary>
        public TAggregate Seen { get; set; } = (TAggregate)now.Copy();

        /// <summary>In the store; 0 where it is not there.</summary>
        public int StoredVersion { get; set; } = now.Version;

        public bool IsDirty { get; set; }
    }

    /// <summary>Whether there is nothing to send.</summary>
    public bool IsEmpty => _rows.Count == 0 && !_aggregates.Values.Any(e => e.IsDirty);

    /// <summary>Whether a decision raised an event, or left something due.</summary>
    public bool HasMessages => _wakes != Wakes.None;

    /// <summary>An aggregate about to decide: as it is stored, or new.</summary>
    public TAggregate Track(TAggregate aggregate)
    {
        _aggregates.Add(aggregate.Key, new Entry(aggregate));
        return aggregate;
    }

    /// <summary>The aggregate of that key, if it is tracked.</summary>
    public TAggregate? Find(long key) => _aggregates.GetValueOrDefault(key)?.Now;

    /// <summary>Makes a new aggregate part of this, as it is.</summary>
    public void Create(TAggregate aggregate, IMessage[] messages, MessageContext context)
    {
        Track(aggregate);
        Record(_aggregates[aggregate.Key], messages, context);
    }

    /// <summary>Makes a decision part of this. An aggregate that was left as it was, and raised nothing, is none.</summary>
    /// <returns>Whether there is anything to commit.</returns>
    public bool Stage(TAggregate aggregate, IMessage[] messages, MessageContext context)
    {
        var entry = _aggregates[aggregate.Key];
        if (messages.Length == 0 && store.Map.IsSame(entry.Seen, aggregate) && !store.Map.HasAdded(aggregate))
            return false;
        Record(entry, messages, context);
        entry.Seen = (TAggregate)aggregate.Copy();
        return true;
    }

    // With the key of the request that it follows from.
    private void Record(Entry entry, IMessage[] messages, MessageContext context)
    {
        // Also where only a message was raised: the version orders the messages of a saga as their commits.
        entry.Now.Version++;
        entry.IsDirty = true;
        foreach (var message in messages)
        {
            var (row, wakes) = store.Row(entry.Now.Key, message, context);
            _rows.Add(row);
            _wakes |= wakes;
        }
        if (context.Key is { IsRecorded: false } key)
            _rows.Insert(0, key.Row(entry.Now).Insert());
    }

    /// <summary>Another row, after those that are staged.</summary>
    public void Add(NpgsqlBatchCommand row) => _rows.Add(row);

    /// <summary>Sends what is staged, in one round trip, within the transaction under way or as one of its own.</summary>
    /// <exception cref="NpgsqlException">Somebody else changed an aggregate (see <see cref="StoreFailures.IsConflict"/>), or another failure.</exception>
    public Task SendAsync(NpgsqlConnection connection, CancellationToken ct) => StatementBatch.SendAsync(connection, [Take()], ct);

    /// <summary>What is to be sent; nothing is staged afterwards.</summary>
    public StatementBatch Take()
    {
        var statements = new StatementBatch(_aggregates.Keys.FirstOrDefault());
        // By key, so that two who change the same wait for, and not against, each other.
        foreach (var entry in _aggregates.Values.Where(e => e.IsDirty))
        {
            if (entry.StoredVersion > 0)
                statements.AddUpdate(store.Map.Update(entry.Now, entry.StoredVersion));
            else
                statements.Add(store.Map.Insert(entry.Now));
            foreach (var added in store.Map.TakeAdded(entry.Now))
                statements.Add(added);
            (entry.StoredVersion, entry.IsDirty) = (entry.Now.Version, false);
        }
        _rows.ForEach(statements.Add);
        _rows.Clear();
        return statements;
    }

    /// <summary>Wakes the loops that have something to look at; called after the commit. One that is woken for nothing asks the store for nothing.</summary>
    public void Wake() => store.Wake(_wakes);
}

/// <summary>The loops that look at what a commit left for them.</summary>
[Flags]
internal enum Wakes
{
    None = 0,
    Relay = 1,
    Due = 2,
    All = Relay | Due,
}
