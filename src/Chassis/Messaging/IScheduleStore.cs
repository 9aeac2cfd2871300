namespace Mannam.Messaging;

/// <summary>Port: the scheduled messages of a service in its own store.</summary>
public interface IScheduleStore
{
    /// <summary>Adds the kinds that recur, each once in the store, whichever replica comes first.</summary>
    Task AddRecurringAsync(IReadOnlyList<string> kinds, DateTimeOffset now, CancellationToken ct);

    /// <summary>Claims what is due by moving it into the future: one whose replica dies is due again after the lease.</summary>
    /// <param name="now">The time. What was set in the future, by a wrong clock, is due.</param>
    /// <param name="lease">How long it is claimed.</param>
    /// <param name="kinds">The kinds that are done here.</param>
    /// <param name="max">How many at most.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What was claimed, and the store's own time.</returns>
    Task<(IReadOnlyList<ClaimedMessage> Claimed, DateTimeOffset StoreTime)> ClaimAsync(
        DateTimeOffset now,
        TimeSpan lease,
        IReadOnlyCollection<string> kinds,
        int max,
        CancellationToken ct
    );

    /// <summary>It is done for good.</summary>
    Task RemoveAsync(Guid id, CancellationToken ct);

    /// <summary>It is done, and is due again.</summary>
    Task RepeatAsync(Guid id, DateTimeOffset at, DateTimeOffset now, CancellationToken ct);

    /// <summary>It failed, and is due again.</summary>
    Task RetryAsync(Guid id, DateTimeOffset at, DateTimeOffset now, string error, string failure, CancellationToken ct);
}

/// <summary>A scheduled message that is done now.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">The correlation key; 0 for what recurs.</param>
/// <param name="Kind">Its name.</param>
/// <param name="Data">Its fields, JSON.</param>
/// <param name="Attempts">How often it was tried, this attempt too.</param>
/// <param name="Context">The causation id and the trace parent that it follows from; empty for what recurs.</param>
public sealed record ClaimedMessage(Guid Id, long Key, string Kind, string Data, int Attempts, string Context);
