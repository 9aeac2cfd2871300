namespace Mannam.Messaging;

/// <summary>Carries records between services: <c>Local</c> (one machine, durable, no broker) or Kafka. Services do not depend on the choice.</summary>
public interface ITransport
{
    /// <summary>Appends records to a topic durably, each partition's in order. Returns when all are stored for certain.</summary>
    /// <remarks>A failed record may be in the topic or not, so later records of its partition are not attempted. Publishing it again may publish it twice; the
    /// subscribers' inbox drops the copy.</remarks>
    /// <exception cref="PublishException">Only some records, or none, are stored for certain; it lists them.</exception>
    Task PublishAsync(string topic, IReadOnlyList<TopicRecord> records, CancellationToken ct);

    /// <summary>Joins the topic as a consumer group. <paramref name="positions"/> returns where each newly assigned partition is read from.</summary>
    ISubscription Subscribe(string topic, string group, IPositions positions);
}

/// <summary>The positions of a subscriber, from its own database. The broker's offsets are never used.</summary>
public interface IPositions
{
    /// <summary>The positions of these partitions, which now belong to this subscriber. The topic may have another history: the subscription goes on without
    /// <see cref="GoOnAsync"/> only if the position certainly belongs to it (<see cref="Position.BelongsTo"/>).</summary>
    Task<IReadOnlyDictionary<int, Position>> ReadAsync(IReadOnlyCollection<int> partitions, CancellationToken ct);

    /// <summary>Where reading goes on: at the position, or at the first record if the position belongs to another history.</summary>
    Task<long> GoOnAsync(int partition, PartitionState found, CancellationToken ct);

    /// <summary>These partitions no longer belong to this subscriber.</summary>
    void Forget(IReadOnlyCollection<int> partitions);
}

/// <summary>A consumer group's member.</summary>
public interface ISubscription : IAsyncDisposable
{
    /// <summary>The next records, at most <paramref name="max"/>, each partition's in order. It may wait some milliseconds for the first.</summary>
    Task<IReadOnlyList<ReceivedEvent>> FetchAsync(int max, CancellationToken ct);

    /// <summary>Waits until there may be records, or the time is over.</summary>
    Task WaitAsync(TimeSpan atMost, CancellationToken ct);

    /// <summary>Reads again from the positions in the database: records that were fetched and not committed come again.</summary>
    void Rewind();

    /// <summary>The number of the topic's partitions; null if unknown.</summary>
    int? Partitions { get; }

    /// <summary>The number of a partition's records from the given offset on; a very large number if unknown.</summary>
    long Lag(int partition, long next);
}

/// <summary>Not all records are stored in the topic for certain.</summary>
/// <param name="message">The reason.</param>
/// <param name="delivered">The indexes of the stored records.</param>
public sealed class PublishException(string message, IReadOnlyList<int> delivered, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The indexes of the records that are stored in the topic for certain.</summary>
    public IReadOnlyList<int> Delivered { get; } = delivered;
}
