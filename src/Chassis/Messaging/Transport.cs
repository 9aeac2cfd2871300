namespace Mannam.Messaging;

/// <summary>Carries records between services: <c>Local</c> (one machine, durable, no broker) or Kafka. Services never know which.</summary>
public interface ITransport
{
    /// <summary>Appends records to a topic, each partition's in their order, durably; returns when all are there for certain.</summary>
    /// <remarks>One that failed may be in the topic all the same, so what follows it in its partition is not attempted.
    /// Whoever publishes it again publishes it twice: the subscribers' inbox covers that.</remarks>
    /// <exception cref="PublishException">Only some, or none, are there for certain; it tells which.</exception>
    Task PublishAsync(string topic, IReadOnlyList<TopicRecord> records, CancellationToken ct);

    /// <summary>Joins the topic as a consumer group. <paramref name="positions"/> tells where each newly assigned partition is read from.</summary>
    ISubscription Subscribe(string topic, string group, IPositions positions);
}

/// <summary>How far a subscriber has come, by its own database: the broker's word on it is never asked.</summary>
public interface IPositions
{
    /// <summary>Where each of the partitions was read to. They are the subscriber's from now on. What the subscription finds there may be another history:
    /// it reads on without asking only where the position certainly belongs to what is there (<see cref="Position.BelongsTo"/>).</summary>
    Task<IReadOnlyDictionary<int, Position>> ReadAsync(IReadOnlyCollection<int> partitions, CancellationToken ct);

    /// <summary>Where reading goes on in what was found: at the position, or at the first record where the position belongs to another history.</summary>
    Task<long> GoOnAsync(int partition, PartitionState found, CancellationToken ct);

    /// <summary>These partitions are somebody else's from now on.</summary>
    void Forget(IReadOnlyCollection<int> partitions);
}

/// <summary>What a consumer group's member reads from.</summary>
public interface ISubscription : IAsyncDisposable
{
    /// <summary>The next records that are there, at most <paramref name="max"/>, each partition's in order. It may wait for the first, some milliseconds.</summary>
    Task<IReadOnlyList<ReceivedEvent>> FetchAsync(int max, CancellationToken ct);

    /// <summary>Waits until there may be records, or the time is over.</summary>
    Task WaitAsync(TimeSpan atMost, CancellationToken ct);

    /// <summary>Reads on from the positions in the database: what was fetched and not committed comes again.</summary>
    void Rewind();

    /// <summary>How many partitions the topic has; null while that is not known.</summary>
    int? Partitions { get; }

    /// <summary>How many records a partition holds from the given offset on; many, while that is not known.</summary>
    long Lag(int partition, long next);
}

/// <summary>Not all records are in the topic for certain.</summary>
/// <param name="message">Why.</param>
/// <param name="delivered">The indexes of those that are.</param>
public sealed class PublishException(string message, IReadOnlyList<int> delivered, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The indexes of the records that are in the topic for certain.</summary>
    public IReadOnlyList<int> Delivered { get; } = delivered;
}
