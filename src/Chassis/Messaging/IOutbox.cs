namespace Mannam.Messaging;

/// <summary>Port: a service's outbox, as its relay sees it.</summary>
public interface IOutbox : IAsyncDisposable
{
    /// <summary>Whether this replica's relay is the active one. The other replicas notify it after their commits.</summary>
    Task<bool> AcquireAsync(CancellationToken ct);

    /// <summary>Removes the published rows, and reads unsent rows by id. It fails on a read-only store even if no row is removed: the relay must not publish
    /// rows that it could not remove.</summary>
    Task<(long[] Ids, IReadOnlyList<TopicRecord> Records)> ReadAsync(long[] published, int max, CancellationToken ct);

    /// <summary>Removes the published rows.</summary>
    Task RemoveAsync(long[] published, CancellationToken ct);
}
