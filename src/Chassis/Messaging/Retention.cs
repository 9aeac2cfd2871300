using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Messaging;

/// <summary>Port: what a store forgets in the course of time.</summary>
public interface IRetentionStore
{
    /// <summary>Removes idempotency records that were made before a time, the oldest first. What was recorded in the future, by a wrong clock, counts from now.</summary>
    /// <returns>How many; fewer than <paramref name="max"/> when no more are left.</returns>
    Task<int> RemoveKeysAsync(DateTimeOffset now, DateTimeOffset before, int max, CancellationToken ct);

    /// <summary>Removes from the inbox events that were handled before a time, the oldest first, and notes up to where.</summary>
    /// <returns>How many; fewer than <paramref name="max"/> when no more are left.</returns>
    Task<int> RemoveHandledAsync(DateTimeOffset before, int max, CancellationToken ct);

    /// <summary>Removes from the inbox old events whose ids do not tell their time: of a producer whose clock is wrong, or of another version.</summary>
    /// <returns>How many; fewer than <paramref name="max"/> when no more are left.</returns>
    Task<int> RemoveStrayAsync(DateTimeOffset now, DateTimeOffset before, int max, CancellationToken ct);
}

/// <summary>What every service removes from its store in the course of time, so that it does not grow for ever. Scheduled like other messages: whichever
/// replica comes first does it, apart from the requests.</summary>
internal static class Retention
{
    /// <summary>How long it is remembered that an event was handled. A copy of it can come as long as its producer was down with the event published, but
    /// still in its outbox.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    private const int Max = 1000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StraysEvery = TimeSpan.FromHours(1);

    // A service that was busy for long has much to remove at once: 2,000 rows a second are more than come in the mean, and little beside the requests.
    private static readonly TimeSpan WhileThereIsMore = TimeSpan.FromMilliseconds(500);

    /// <summary>Its scheduled messages by kind.</summary>
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
