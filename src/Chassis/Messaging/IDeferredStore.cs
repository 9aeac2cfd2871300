namespace Mannam.Messaging;

/// <summary>Port: the deferred messages of a service in its own store.</summary>
public interface IDeferredStore<TAggregate>
    where TAggregate : Aggregate
{
    /// <summary>Whether any message is due. A due time that a wrong clock set in the future counts as due.</summary>
    Task<bool> AnyDueAsync(DateTimeOffset now, CancellationToken ct);

    /// <summary>Locks the first due message of a saga that no other replica has locked; null if there is none.</summary>
    Task<IDeferredTransaction<TAggregate>?> LockFirstAsync(DateTimeOffset now, CancellationToken ct);

    /// <summary>Stores a further failure, unless another attempt has done so since the lock.</summary>
    Task KeepAsync(DeferredAttempt attempt, FailureOutcome outcome, DateTimeOffset now, CancellationToken ct);
}

/// <summary>The transaction that handles a deferred message.</summary>
public interface IDeferredTransaction<TAggregate> : IHandlingTransaction<TAggregate>
    where TAggregate : Aggregate
{
    /// <summary>The message.</summary>
    DeferredAttempt Attempt { get; }

    /// <summary>Takes the event, unless it was handled before, and loads its aggregate.</summary>
    /// <returns>Whether it must be handled.</returns>
    Task<bool> TakeAsync(TimeSpan lockTimeout, Loading<TAggregate> loading, CancellationToken ct);
}

/// <summary>A retry of a deferred message.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Attempts">The number of earlier failures by its own fault.</param>
/// <param name="Refusals">The number of earlier consecutive refusals.</param>
/// <param name="Due">The time at which it was due.</param>
/// <param name="Event">The event.</param>
public sealed record DeferredAttempt(long Id, int Attempts, int Refusals, DateTimeOffset Due, ReceivedEvent Event);
