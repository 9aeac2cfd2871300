using System.Linq.Expressions;

namespace Mannam.Messaging;

/// <summary>Tells whether an aggregate was changed since it was loaded.</summary>
public interface IChangeDetector<in TAggregate>
{
    /// <summary>Whether both would be stored alike.</summary>
    bool IsSame(TAggregate one, TAggregate other);

    /// <summary>Whether something was added to its collections, which are not read but appended to.</summary>
    bool HasAdded(TAggregate aggregate);
}

/// <summary>Port: the aggregates of a service in its own store.</summary>
public interface IAggregateStore<TAggregate>
    where TAggregate : Aggregate
{
    /// <summary>Tells whether an aggregate was changed.</summary>
    IChangeDetector<TAggregate> Changes { get; }

    /// <summary>The aggregates of these keys that are stored, in the order of the keys; null for those that are not. Each caller gets objects of its own.</summary>
    /// <exception cref="Exception">The store cannot be reached, see <see cref="StoreFailures.IsStoreUnreachable"/>.</exception>
    Task<IReadOnlyList<TAggregate?>> FindAsync(IReadOnlyList<long> keys);

    /// <summary>The one aggregate that this holds of; null where there is none.</summary>
    Task<TAggregate?> FindAsync(Expression<Func<TAggregate, bool>> which);

    /// <summary>Which of these keys have no aggregate in the store.</summary>
    Task<IReadOnlyList<long>> FindMissingAsync(IReadOnlyList<long> keys, CancellationToken ct);

    /// <summary>Stores changes: all of them durably, or none. It may share the commit with others.</summary>
    /// <exception cref="Exception">Somebody else changed the aggregate (<see cref="StoreFailures.IsConflict"/>): nothing is stored; or the store cannot be
    /// reached, and they may be stored all the same.</exception>
    Task CommitAsync(Changes<TAggregate> changes);

    /// <summary>Locks a saga's aggregate, lets the caller decide on it, and stores what it decides. Those who wait for one saga take turns.</summary>
    /// <param name="key">The saga.</param>
    /// <param name="decide">Decides on the aggregate (null where it is not stored); stores by the function it is given, once at most.</param>
    /// <exception cref="BusyException">It would have to wait for too long: nothing is stored.</exception>
    Task<TResult> LockAsync<TResult>(long key, Func<TAggregate?, Func<Changes<TAggregate>, Task>, Task<TResult>> decide);

    /// <summary>The same while no other decision in turn is made, by a command or a policy, on any replica.</summary>
    /// <param name="key">The saga.</param>
    /// <param name="decide">Is also given the store's own session within the transaction, such as a <c>DbContext</c>, by which it asks for other sagas.</param>
    /// <exception cref="Exception">Others hold the turn for too long (<see cref="StoreFailures.IsBlocked"/>): nothing is stored.</exception>
    Task<TResult> LockInTurnAsync<TResult>(long key, Func<TAggregate?, object, Func<Changes<TAggregate>, Task>, Task<TResult>> decide);

    /// <summary>Goes once through all that a decision goes through, and leaves nothing behind.</summary>
    /// <param name="unit">Whose changes are sent and rolled back.</param>
    Task WarmUpAsync(UnitOfWork<TAggregate> unit);
}
