namespace Mannam.Messaging;

/// <summary>Port: a service's own store. An adapter implements it, once for each kind of database.</summary>
public interface IServiceStore : IConnections, IAsyncDisposable
{
    /// <summary>Its scheduled messages.</summary>
    IScheduleStore Schedule { get; }

    /// <summary>The idempotency keys that it remembers.</summary>
    IIdempotencyStore Idempotency { get; }

    /// <summary>What it forgets in the course of time.</summary>
    IRetentionStore Retention { get; }

    /// <summary>Makes its tables where they are missing.</summary>
    Task ApplySchemaAsync(CancellationToken ct);

    /// <summary>Whether its tables are current, and it can be written. It waits for nobody's lock.</summary>
    /// <exception cref="Exception">It cannot be written now, or refuses otherwise.</exception>
    Task<bool> IsCurrentAsync(CancellationToken ct);

    /// <summary>Its own time.</summary>
    Task<DateTimeOffset> ReadClockAsync(CancellationToken ct);

    /// <summary>The keys of rows that have been open for so long, the oldest first. What is open since a moment in the future counts from now.</summary>
    Task<IReadOnlyList<long>> FindOpenAsync(OpenRows open, TimeSpan olderThan, CancellationToken ct);

    /// <summary>What it holds of events and scheduled messages.</summary>
    Task<ServiceStatistics> StatisticsAsync(CancellationToken ct);

    /// <summary>What it holds of deferred messages and dead letters.</summary>
    Task<MessageCounts> CountAsync(CancellationToken ct);

    /// <summary>Whether nothing of the saga is on its way here: no event unsent, none deferred, nothing scheduled. Dead letters do not count.</summary>
    Task<bool> IsSettledAsync(long key, CancellationToken ct);
}

/// <summary>A store of a service that decides on aggregates.</summary>
public interface IServiceStore<TAggregate> : IServiceStore
    where TAggregate : Aggregate
{
    /// <summary>Its aggregates.</summary>
    IAggregateStore<TAggregate> Aggregates { get; }

    /// <summary>How far it has read, and what it has handled.</summary>
    IConsumerStore<TAggregate> Consumer { get; }

    /// <summary>Its deferred messages.</summary>
    IDeferredStore<TAggregate> Deferred { get; }

    /// <summary>The ids that it gives; null where it gives none.</summary>
    IIdSequence? Ids { get; }

    /// <summary>Its outbox, for one relay.</summary>
    /// <param name="replicated">Whether other replicas of the service may run.</param>
    /// <param name="signal">Set when another replica has committed something.</param>
    IOutbox OpenOutbox(bool replicated, Signal signal);
}
