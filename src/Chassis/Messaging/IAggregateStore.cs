using System.Linq.Expressions;

namespace Mannam.Messaging;

/// <summary>Detects changes of an aggregate since it was loaded.</summary>
public interface IChangeDetector<in TAggregate>
{
    /// <summary>Whether both would be stored as the same row.</summary>
    bool IsSame(TAggregate one, TAggregate other);

    /// <summary>Whether items were added to its collections, which are appended to and not read.</summary>
    bool HasAdded(TAggregate aggregate);
}

/// <summary>Port: the aggregates of a service in its own store.</summary>
public interface IAggregateStore<TAggregate>
    where TAggregate : Aggregate
{
    /// <summary>Detects changes of aggregates.</summary>
    IChangeDetector<TAggregate> Changes { get; }

    /// <summary>The stored aggregates of these keys, in the order of the keys; null for those that are not stored. Each caller gets its own objects.</summary>
    /// <exception cref="Exception">The store cannot be reached, see <see cref="StoreFailures.IsStoreUnreachable"/>.</exception>
    Task<IReadOnlyList<TAggregate?>> FindAsync(IReadOnlyList<long> keys);

    /// <summary>The one aggregate that matches; null if none does.</summary>
    Task<TAggregate?> FindAsync(Expression<Func<TAggregate, bool>> which);

    /// <summary>The keys without an aggregate in the store.</summary>
    Task<IReadOnlyList<long>> FindMissingAsync(IReadOnlyList<long> keys, CancellationToken ct);

    /// <summary>Stores all changes durably, or none. Concurrent commits may be batched.</summary>
    /// <exception cref="Exception">Another transaction changed the aggregate (<see cref="StoreFailures.IsConflict"/>): nothing is stored. Or the store is
    /// unreachable: the changes may be stored or not.</exception>
    Task CommitAsync(Changes<TAggregate> changes);

    /// <summary>Locks a saga's aggregate, lets the caller decide on it, and stores the decision. Callers of the same saga are queued.</summary>
    /// <param name="key">The saga.</param>
    /// <param name="decide">Decides on the aggregate (null if it is not stored). It stores by the given function, at most once.</param>
    /// <exception cref="BusyException">The wait would be too long: nothing is stored.</exception>
    Task<TResult> LockAsync<TResult>(long key, Func<TAggregate?, Func<Changes<TAggregate>, Task>, Task<TResult>> decide);

    /// <summary>The same, while no command or policy on any replica makes another decision that compares sagas.</summary>
    /// <param name="key">The saga.</param>
    /// <param name="decide">Also gets the store's session of the transaction, such as a <c>DbContext</c>, to query other sagas.</param>
    /// <exception cref="Exception">The lock is not free in time (<see cref="StoreFailures.IsBlocked"/>): nothing is stored.</exception>
    Task<TResult> LockInTurnAsync<TResult>(long key, Func<TAggregate?, object, Func<Changes<TAggregate>, Task>, Task<TResult>> decide);

    /// <summary>Runs the code of a decision once, and rolls it back.</summary>
    /// <param name="unit">The changes that are sent and rolled back.</param>
    Task WarmUpAsync(UnitOfWork<TAggregate> unit);
}
