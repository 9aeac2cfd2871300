using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Messaging;

/// <summary>Port: the removal of expired rows.</summary>
public interface IRetentionStore
{
    /// <summary>Removes idempotency records older than a time, oldest first. Records with a time in the future, from a wrong clock, count from now.</summary>
    /// <returns>The number of removed rows; less than <paramref name="max"/> if no more are left.</returns>
    Task<int> RemoveKeysAsync(DateTimeOffset now, DateTimeOffset before, int max, CancellationToken ct);

    /// <summary>Removes events that were handled before a time from the inbox, oldest first, and records the highest removed id.</summary>
    /// <returns>The number of removed rows; less than <paramref name="max"/> if no more are left.</returns>
    Task<int> RemoveHandledAsync(DateTimeOffset before, int max, CancellationToken ct);

    /// <summary>Removes old events from the inbox whose ids do not give their time: from a producer with a wrong clock, or of another UUID version.</summary>
    /// <returns>The number of removed rows; less than <paramref name="max"/> if no more are left.</returns>
    Task<int> RemoveStrayAsync(DateTimeOffset now, DateTimeOffset before, int max, CancellationToken ct);
}

/// <summary>The rows that every service removes from its store over time. They are scheduled like other messages, apart from requests: any replica
/// does them.</summary>
internal static class Retention
{
    /// <summary>How long the inbox keeps ids. A copy of an event can arrive as long as its producer was down with the event published, but still in its
    /// outbox.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    private const int Max = 1000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StraysEvery = TimeSpan.FromHours(1);

    // After a busy time there is much to remove. 2,000 rows a second are more than the average inflow, and a small load beside the requests.
    private static readonly TimeSpan WhileThereIsMore = TimeSpan.FromMilliseconds(500);

    /// <summary>Its recurring messages, by kind.</summary>
    public static IReadOnlyDictionary<string, ScheduledAction> Actions { get; } =
        new Dictionary<string, ScheduledAction>
        {
            ["ExpiredKeys"] = Action((store, now, ct) => store.RemoveKeysAsync(now, now - IdempotencyRetention.Honoured, Max, ct), Every),
            ["HandledEvents"] = Action((store, now, ct) => store.RemoveHandledAsync(now - Remembered, Max, ct), Every),
            ["StrayEvents"] = Action((store, now, ct) => store.RemoveStrayAsync(now, now - Remembered, Max, ct), StraysEvery),
        };

    private static ScheduledAction Action(Func<IRetentionStore, DateTimeOffset, CancellationToken, Task<int>> remove, TimeSpan otherwise) =>
        async (_, services, ct) =>
        {
            var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
            var removed = await remove(services.GetRequiredService<IRetentionStore>(), now, ct);
            return new(Again: removed == Max ? WhileThereIsMore : otherwise);
        };
}
