namespace Mannam.Messaging;

/// <summary>Port: a service's outbox, as its relay sees it.</summary>
public interface IOutbox : IAsyncDisposable
{
    /// <summary>Whether this replica's relay is the active one. The others tell it, after their commits, that there is something.</summary>
    Task<bool> AcquireAsync(CancellationToken ct);

    /// <summary>Removes what was published, and reads what is unsent, by id. Also where nothing is to be removed it fails when the store cannot be written:
    /// what would be published then could not be removed.</summary>
    Task<(long[] Ids, IReadOnlyList<TopicRecord> Records)> ReadAsync(long[] published, int max, CancellationToken ct);

    /// <summary>Removes what was published.</summary>
    Task RemoveAsync(long[] published, CancellationToken ct);
}
