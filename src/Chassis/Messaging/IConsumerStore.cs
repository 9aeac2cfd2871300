namespace Mannam.Messaging;

/// <summary>Port: how far a service has read its topic, which events it has handled, and the transaction in which it handles them. Guarantee 2 holds when all
/// of it is one database.</summary>
public interface IConsumerStore<TAggregate>
    where TAggregate : Aggregate
{
    /// <summary>Where reading goes on; a partition not met before begins at the beginning of history.</summary>
    Task<IReadOnlyDictionary<int, StoredPosition>> ReadPositionsAsync(
        string topic,
        IReadOnlyCollection<int> partitions,
        CancellationToken ct
    );

    /// <summary>Says to which history a position belongs from now on, and where it is in it.</summary>
    /// <param name="place">The partition.</param>
    /// <param name="expected">The position as it is.</param>
    /// <param name="changed">The position as it is to be.</param>
    /// <param name="again">Whether reading begins again: what the inbox has forgotten by now counts as handled.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="FencedException">The position is not the expected one: another replica reads the partition.</exception>
    Task<StoredPosition> ChangePositionAsync(
        (string Topic, int Partition) place,
        Position expected,
        Position changed,
        bool again,
        CancellationToken ct
    );

    /// <summary>Begins a transaction in which events are handled.</summary>
    Task<IHandlingTransaction<TAggregate>> BeginAsync(CancellationToken ct);
}

/// <summary>A transaction in which events are handled: positions, inbox, effects, and the messages that they raise. What is not committed never happened.</summary>
public interface IHandlingTransaction<TAggregate> : IAsyncDisposable
    where TAggregate : Aggregate
{
    /// <summary>What policies in turn ask: the store's own session, such as a <c>DbContext</c>.</summary>
    object Session { get; }

    /// <summary>The next ids of the service's sequence, on the transaction's own connection: whoever holds locks waits for nobody else's.</summary>
    /// <param name="count">How many, from 1.</param>
    /// <param name="ct">Gives up.</param>
    Task<IReadOnlyList<long>> NextIdsAsync(int count, CancellationToken ct);

    /// <summary>In one round trip: moves the positions, takes the events that were not handled before, tells whose sagas have deferred messages, and loads the
    /// aggregates.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="moves">The positions, before and after.</param>
    /// <param name="events">The events. Of those whose saga has deferred messages none is taken.</param>
    /// <param name="lockTimeout">How long the transaction waits for a row that somebody else holds.</param>
    /// <param name="loading">What is loaded; null for nothing.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="FencedException">A partition's position is not the expected one: another replica reads it.</exception>
    Task<(HashSet<Guid> Fresh, HashSet<long> Deferred)> TakeAsync(
        string topic,
        PositionMoves moves,
        IReadOnlyCollection<ReceivedEvent> events,
        TimeSpan lockTimeout,
        Loading<TAggregate>? loading,
        CancellationToken ct
    );

    /// <summary>Stores what was decided so far within the transaction, so that the session sees it.</summary>
    Task SendAsync(Changes<TAggregate> changes, CancellationToken ct);

    /// <summary>Stores the changes and commits.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="mayBeRepeated">Whether a crash of the store may take this commit: where nothing leaves the service by it, the events are handled again.</param>
    /// <param name="ct">Gives up.</param>
    Task CommitAsync(Changes<TAggregate> changes, bool mayBeRepeated, CancellationToken ct);
}

/// <summary>The aggregates that events are to be handled by.</summary>
/// <param name="Unit">Tracks those that are stored.</param>
/// <param name="Create">Makes the object that a row is read into.</param>
/// <param name="Keys">Their keys.</param>
/// <param name="InTurn">Waits until no other replica decides in turn; whoever has the turn reads what the one before has committed.</param>
public sealed record Loading<TAggregate>(
    UnitOfWork<TAggregate> Unit,
    Func<long, TAggregate> Create,
    IReadOnlyCollection<long> Keys,
    bool InTurn
)
    where TAggregate : Aggregate;

/// <summary>Positions of partitions, before and after.</summary>
public sealed record PositionMoves(int[] Partitions, ReadPosition[] Expected, ReadPosition[] Next);

/// <summary>A position as it is stored.</summary>
/// <param name="Position">Where the partition is read from.</param>
/// <param name="HandledBelow">Since reading began again: events up to this one were handled before, though the inbox has forgotten them.</param>
public sealed record StoredPosition(Position Position, Guid? HandledBelow);

/// <summary>How far a partition was read.</summary>
/// <param name="Next">The next offset.</param>
/// <param name="Last">The fingerprint of the record before it; null where it is not known.</param>
public readonly record struct ReadPosition(long Next, Guid? Last);

/// <summary>Another replica has moved a position that this one thought was its own: what was begun is rolled back.</summary>
public sealed class FencedException() : Exception("a partition's position was moved by another replica");
