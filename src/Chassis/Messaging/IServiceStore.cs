namespace Mannam.Messaging;

/// <summary>Port: a service's own store. Each kind of database has one adapter.</summary>
public interface IServiceStore : IConnections, IAsyncDisposable
{
    /// <summary>Its scheduled messages.</summary>
    IScheduleStore Schedule { get; }

    /// <summary>The stored idempotency keys.</summary>
    IIdempotencyStore Idempotency { get; }

    /// <summary>The removal of expired rows.</summary>
    IRetentionStore Retention { get; }

    /// <summary>Creates missing tables.</summary>
    Task ApplySchemaAsync(CancellationToken ct);

    /// <summary>Whether its tables are current and it can be written. It waits for no lock.</summary>
    /// <exception cref="Exception">It cannot be written now, or refuses for another reason.</exception>
    Task<bool> IsCurrentAsync(CancellationToken ct);

    /// <summary>Its own time.</summary>
    Task<DateTimeOffset> ReadClockAsync(CancellationToken ct);

    /// <summary>The keys of rows that have been open for this time, oldest first. A row with a start in the future counts from now.</summary>
    Task<IReadOnlyList<long>> FindOpenAsync(OpenRows open, TimeSpan olderThan, CancellationToken ct);

    /// <summary>The numbers of its events and scheduled messages.</summary>
    Task<ServiceStatistics> StatisticsAsync(CancellationToken ct);

    /// <summary>The numbers of its deferred messages and dead letters.</summary>
    Task<MessageCounts> CountAsync(CancellationToken ct);

    /// <summary>Whether the saga has nothing pending here: no unsent event, no deferred message, nothing scheduled. Dead letters do not count.</summary>
    Task<bool> IsSettledAsync(long key, CancellationToken ct);
}

/// <summary>The store of a service with aggregates.</summary>
public interface IServiceStore<TAggregate> : IServiceStore
    where TAggregate : Aggregate
{
    /// <summary>Its aggregates.</summary>
    IAggregateStore<TAggregate> Aggregates { get; }

    /// <summary>Its positions and its inbox.</summary>
    IConsumerStore<TAggregate> Consumer { get; }

    /// <summary>Its deferred messages.</summary>
    IDeferredStore<TAggregate> Deferred { get; }

    /// <summary>Its id sequence; null if it has none.</summary>
    IIdSequence? Ids { get; }

    /// <summary>Its outbox, for one relay.</summary>
    /// <param name="replicated">Whether other replicas of the service may run.</param>
    /// <param name="signal">Set when another replica has committed something.</param>
    IOutbox OpenOutbox(bool replicated, Signal signal);
}
