using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Mannam.Messaging;

/// <summary>Does one kind of scheduled message; throws when it has to be tried again. What it does must be safe to repeat.</summary>
internal delegate Task<ActionResult> ScheduledAction(ClaimedMessage due, IServiceProvider services, CancellationToken ct);

/// <summary>What becomes of a scheduled message that was done.</summary>
/// <param name="Again">After what time it is due again; null when it is done for good.</param>
/// <param name="Settle">Decides on what came of it and removes the message, in one transaction; null where it is only removed.</param>
internal readonly record struct ActionResult(TimeSpan? Again = null, Func<Task>? Settle = null);

/// <summary>Guarantee 10: does what is scheduled once it is due, again with growing pauses until it succeeds.</summary>
/// <remarks>Messages are claimed by moving them into the future: one whose replica dies is due again after <see cref="Lease"/>. No transaction is open meanwhile.
/// What a call led to is decided in the transaction that removes its message: killed in between, it is asked again, and decided once.</remarks>
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
    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private bool _recurringAreThere;

    /// <summary>How many messages one step does side by side.</summary>
    public int MaxConcurrent { get; set; } = 16;

    /// <summary>The kinds that it leaves to others, in a test that has no use for them.</summary>
    public IReadOnlyCollection<string> ExcludedKinds { get; set; } = [];

    public string Name => "due";

    public Task IdleAsync(CancellationToken ct) => signal.WaitAsync(TimeSpan.FromMilliseconds(500), ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        if (!_recurringAreThere)
            await store.AddRecurringAsync(recurring, time.GetUtcNow(), ct);
        // Not so after a failure: it may be another database then.
        _recurringAreThere = false;
        var claimed = await ClaimAsync(ct);
        _recurringAreThere = true;
        await Task.WhenAll(claimed.Select(d => DoAsync(d, ct)));
        if (claimed.Count < MaxConcurrent)
            await metrics.CountAsync(ct);
        return claimed.Count == MaxConcurrent;
    }

    // The time is measured on the way.
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
        // Told before it is stored, as storing may fail too. Not each time: it may take days.
        if (BitOperations.IsPow2(due.Attempts))
            log.LogWarning(e, "{Kind} failed for the {Attempts}. time and is due again in {Pause}", due.Kind, due.Attempts, pause);
        var now = time.GetUtcNow();
        await store.RetryAsync(due.Id, now + pause, now, e.Message, failure.ColumnText, ct);
    }

    // A bug, or a peer that does not understand us: it has to be done all the same.
    private static ExternalFailure OfItself(Exception e) => new("action", StoreFailures.CodeOf(e) ?? e.GetType().Name);
}
