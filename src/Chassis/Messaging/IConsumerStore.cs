namespace Mannam.Messaging;

/// <summary>Port: how far a service has read its topic, which events it has handled, and the transaction that handles them. Guarantee 2 requires that
/// all of it is in one database.</summary>
public interface IConsumerStore<TAggregate>
    where TAggregate : Aggregate
{
    /// <summary>The positions where reading goes on. A new partition starts at the beginning of history.</summary>
    Task<IReadOnlyDictionary<int, StoredPosition>> ReadPositionsAsync(
        string topic,
        IReadOnlyCollection<int> partitions,
        CancellationToken ct
    );

    /// <summary>Changes a position, or the history that it belongs to.</summary>
    /// <param name="place">The partition.</param>
    /// <param name="expected">The stored position.</param>
    /// <param name="changed">The new position.</param>
    /// <param name="again">Whether the partition is read again: then events that the inbox has removed count as handled.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="FencedException">The stored position is another one: another replica reads the partition.</exception>
    Task<StoredPosition> ChangePositionAsync(
        (string Topic, int Partition) place,
        Position expected,
        Position changed,
        bool again,
        CancellationToken ct
    );

    /// <summary>Begins a transaction that handles events.</summary>
    Task<IHandlingTransaction<TAggregate>> BeginAsync(CancellationToken ct);
}

/// <summary>A transaction that handles events: positions, inbox, effects, and the messages that they raise. Without a commit nothing is stored.</summary>
public interface IHandlingTransaction<TAggregate> : IAsyncDisposable
    where TAggregate : Aggregate
{
    /// <summary>The store's session for policies that compare sagas, such as a <c>DbContext</c>.</summary>
    object Session { get; }

    /// <summary>The next ids of the service's sequence, on the transaction's own connection: it holds locks, so it must not wait for another connection.</summary>
    /// <param name="count">The number of ids, from 1.</param>
    /// <param name="ct">Cancels.</param>
    Task<IReadOnlyList<long>> NextIdsAsync(int count, CancellationToken ct);

    /// <summary>In one round trip: moves the positions, takes the events that were not handled before, returns the sagas with deferred messages, and loads
    /// the aggregates.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="moves">The positions, before and after.</param>
    /// <param name="events">The events. Events of a saga with deferred messages are not taken.</param>
    /// <param name="lockTimeout">How long the transaction waits for a locked row.</param>
    /// <param name="loading">The aggregates to load; null for none.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="FencedException">A stored position is not the expected one: another replica reads the partition.</exception>
    Task<(HashSet<Guid> Fresh, HashSet<long> Deferred)> TakeAsync(
        string topic,
        PositionMoves moves,
        IReadOnlyCollection<ReceivedEvent> events,
        TimeSpan lockTimeout,
        Loading<TAggregate>? loading,
        CancellationToken ct
    );

    /// <summary>Sends the decisions so far within the transaction, so that the session sees them.</summary>
    Task SendAsync(Changes<TAggregate> changes, CancellationToken ct);

    /// <summary>Stores the changes and commits.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="mayBeRepeated">Whether a crash of the store may lose this commit: if no message leaves the service, the events are handled again.</param>
    /// <param name="ct">Cancels.</param>
    Task CommitAsync(Changes<TAggregate> changes, bool mayBeRepeated, CancellationToken ct);
}

/// <summary>The aggregates that a transaction loads for its events.</summary>
/// <param name="Unit">Tracks the stored ones.</param>
/// <param name="Create">Creates the object for a row.</param>
/// <param name="Keys">Their keys.</param>
/// <param name="InTurn">Whether to wait for the lock of decisions that compare sagas, so that the transaction reads what the previous holder committed.</param>
public sealed record Loading<TAggregate>(
    UnitOfWork<TAggregate> Unit,
    Func<long, TAggregate> Create,
    IReadOnlyCollection<long> Keys,
    bool InTurn
)
    where TAggregate : Aggregate;

/// <summary>Positions of partitions, before and after.</summary>
public sealed record PositionMoves(int[] Partitions, ReadPosition[] Expected, ReadPosition[] Next);

/// <summary>A stored position.</summary>
/// <param name="Position">The position where reading goes on.</param>
/// <param name="HandledBelow">Set when the partition is read again: events up to this id were handled before, although the inbox has removed their
/// ids.</param>
public sealed record StoredPosition(Position Position, Guid? HandledBelow);

/// <summary>How far a partition was read.</summary>
/// <param name="Next">The next offset.</param>
/// <param name="Last">The fingerprint of the record before it; null if unknown.</param>
public readonly record struct ReadPosition(long Next, Guid? Last);

/// <summary>Another replica has moved a position of this one. The transaction is rolled back.</summary>
public sealed class FencedException() : Exception("a partition's position was moved by another replica");
