namespace Mannam.Messaging;

/// <summary>Port: the scheduled messages of a service in its own store.</summary>
public interface IScheduleStore
{
    /// <summary>Adds the recurring kinds. Each exists once in the store, even if several replicas add it.</summary>
    Task AddRecurringAsync(IReadOnlyList<string> kinds, DateTimeOffset now, CancellationToken ct);

    /// <summary>Claims due messages by moving them into the future. If the replica dies, they are due again after the lease.</summary>
    /// <param name="now">The current time. A due time that a wrong clock set in the future counts as due.</param>
    /// <param name="lease">The duration of the claim.</param>
    /// <param name="kinds">The kinds to claim.</param>
    /// <param name="max">The maximum number.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The claimed messages, and the store's own time.</returns>
    Task<(IReadOnlyList<ClaimedMessage> Claimed, DateTimeOffset StoreTime)> ClaimAsync(
        DateTimeOffset now,
        TimeSpan lease,
        IReadOnlyCollection<string> kinds,
        int max,
        CancellationToken ct
    );

    /// <summary>The message is done for good.</summary>
    Task RemoveAsync(Guid id, CancellationToken ct);

    /// <summary>The message is done, and is due again later.</summary>
    Task RepeatAsync(Guid id, DateTimeOffset at, DateTimeOffset now, CancellationToken ct);

    /// <summary>The message failed, and is due again later.</summary>
    Task RetryAsync(Guid id, DateTimeOffset at, DateTimeOffset now, string error, string failure, CancellationToken ct);
}

/// <summary>A claimed scheduled message.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">The correlation key; 0 for a recurring one.</param>
/// <param name="Kind">Its name.</param>
/// <param name="Data">Its fields, as JSON.</param>
/// <param name="Attempts">The number of attempts, including this one.</param>
/// <param name="Context">The causation id and the trace parent of its cause; empty for a recurring one.</param>
public sealed record ClaimedMessage(Guid Id, long Key, string Kind, string Data, int Attempts, string Context);
