using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Mannam.Messaging;

/// <summary>Handles one kind of scheduled message. It must be safe to repeat. An exception causes a retry.</summary>
internal delegate Task<ActionResult> ScheduledAction(ClaimedMessage due, IServiceProvider services, CancellationToken ct);

/// <summary>What follows after a scheduled message was handled.</summary>
/// <param name="Again">The time until it is due again; null if it is done for good.</param>
/// <param name="Settle">Decides on the result and removes the message, in one transaction; null if it is only removed.</param>
internal readonly record struct ActionResult(TimeSpan? Again = null, Func<Task>? Settle = null);

/// <summary>Guarantee 10: handles scheduled messages when they are due, and retries with growing pauses until they succeed.</summary>
/// <remarks>A claim moves messages into the future. If the replica dies, they are due again after <see cref="Lease"/>. No transaction is open meanwhile. The
/// decision on a call and the removal of its message are one transaction: after a crash in between, the call is repeated, and decided once.</remarks>
internal sealed class Scheduler(
    IScheduleStore store,
    IReadOnlyDictionary<string, ScheduledAction> actions,
    IReadOnlyList<string> recurring,
    IServiceProvider services,
    TimeProvider time,
    Failpoints failpoints,
    Signal signal,
    ServiceMetrics metrics,
    ExternalFailures failures,
    ILogger log
) : ILoop
{
    /// <summary>The time limit of one attempt.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private bool _recurringAreThere;

    /// <summary>The maximum number of messages that one step handles in parallel.</summary>
    public int MaxConcurrent { get; set; } = 16;

    /// <summary>Kinds that it does not handle; for tests.</summary>
    public IReadOnlyCollection<string> ExcludedKinds { get; set; } = [];

    public string Name => "due";

    public Task IdleAsync(CancellationToken ct) => signal.WaitAsync(TimeSpan.FromMilliseconds(500), ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        if (!_recurringAreThere)
            await store.AddRecurringAsync(recurring, time.GetUtcNow(), ct);
        // After a failure it may be another database, so they are added again.
        _recurringAreThere = false;
        var claimed = await ClaimAsync(ct);
        _recurringAreThere = true;
        await Task.WhenAll(claimed.Select(d => DoAsync(d, ct)));
        if (claimed.Count < MaxConcurrent)
            await metrics.CountAsync(ct);
        return claimed.Count == MaxConcurrent;
    }

    // The claim also reads the database's time.
    private async Task<IReadOnlyList<ClaimedMessage>> ClaimAsync(CancellationToken ct)
    {
        var asked = time.GetTimestamp();
        var kinds = actions.Keys.Except(ExcludedKinds).ToList();
        var (claimed, storeTime) = await store.ClaimAsync(time.GetUtcNow(), Lease, kinds, MaxConcurrent, ct);
        (time as StoreClock)?.Measured(asked, storeTime);
        return claimed;
    }

    private async Task DoAsync(ClaimedMessage due, CancellationToken ct)
    {
        await failpoints.HitAsync(due.Kind, "claimed");
        ActionResult result;
        try
        {
            using var late = new CancellationTokenSource(Lease - TimeSpan.FromSeconds(5), time);
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
            result = await actions[due.Kind](due, services, attempt.Token);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await RetryAsync(due, e, ct);
            return;
        }
        await failpoints.HitAsync(due.Kind, "done");
        if (result.Settle is { } settle)
            await SettleAsync(due, settle, ct);
        else if (result.Again is { } pause)
            await store.RepeatAsync(due.Id, time.GetUtcNow() + pause, time.GetUtcNow(), ct);
        else
            await store.RemoveAsync(due.Id, ct);
    }

    private async Task SettleAsync(ClaimedMessage due, Func<Task> settle, CancellationToken ct)
    {
        try
        {
            await settle();
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await RetryAsync(due, e, ct);
        }
    }

    private async Task RetryAsync(ClaimedMessage due, Exception e, CancellationToken ct)
    {
        var pause = Backoff.Delay(due.Attempts, LongestPause);
        var failure = ExternalFailure.Of(e, asked: true) ?? OfItself(e);
        failures.Report($"due {due.Kind}", failure);
        // Logged before it is stored, because storing may fail too. Only at powers of two, because it may fail for days.
        if (BitOperations.IsPow2(due.Attempts))
            log.LogWarning(e, "{Kind} failed (attempt {Attempts}) and is due again in {Pause}", due.Kind, due.Attempts, pause);
        var now = time.GetUtcNow();
        await store.RetryAsync(due.Id, now + pause, now, e.Message, failure.ColumnText, ct);
    }

    // A bug, or a peer that does not understand the call. The message must still be handled.
    private static ExternalFailure OfItself(Exception e) => new("action", StoreFailures.CodeOf(e) ?? e.GetType().Name);
}
