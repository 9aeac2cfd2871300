namespace Mannam.Messaging;

/// <summary>Port: the deferred messages of a service in its own store.</summary>
public interface IDeferredStore<TAggregate>
    where TAggregate : Aggregate
{
    /// <summary>Whether any is due. One whose due time was set in the future, by a wrong clock, is due now.</summary>
    Task<bool> AnyDueAsync(DateTimeOffset now, CancellationToken ct);

    /// <summary>Locks the first one that is due, in the order of its saga, that no other replica works on; null where there is none.</summary>
    Task<IDeferredTransaction<TAggregate>?> LockFirstAsync(DateTimeOffset now, CancellationToken ct);

    /// <summary>Stores that it failed again, unless another attempt has done so since it was locked.</summary>
    Task KeepAsync(DeferredAttempt attempt, FailureOutcome outcome, DateTimeOffset now, CancellationToken ct);
}

/// <summary>The transaction in which a deferred message is handled.</summary>
public interface IDeferredTransaction<TAggregate> : IHandlingTransaction<TAggregate>
    where TAggregate : Aggregate
{
    /// <summary>What is handled.</summary>
    DeferredAttempt Attempt { get; }

    /// <summary>Takes the event, unless it was handled before, and loads its aggregate.</summary>
    /// <returns>Whether it is to be handled.</returns>
    Task<bool> TakeAsync(TimeSpan lockTimeout, Loading<TAggregate> loading, CancellationToken ct);
}

/// <summary>A deferred message that is tried again.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Attempts">How often it failed before by its own fault.</param>
/// <param name="Refusals">How often it was refused before, in a row.</param>
/// <param name="Due">When it was due.</param>
/// <param name="Event">The event.</param>
public sealed record DeferredAttempt(long Id, int Attempts, int Refusals, DateTimeOffset Due, ReceivedEvent Event);
