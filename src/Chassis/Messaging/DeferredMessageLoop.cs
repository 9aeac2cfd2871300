using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Mannam.Messaging;

/// <summary>Guarantee 4, the second half: handles deferred messages when they are due, in order per saga and each once. A message that fails for good
/// becomes a dead letter.</summary>
/// <remarks>Only the first deferred message of a saga is considered. Any replica that locks its row handles it, and removes it in the transaction of its
/// effects. A crash in between leaves the row unchanged. A dead letter does not block later messages of its saga.</remarks>
internal sealed class DeferredMessageLoop<TAggregate>(
    IDeferredStore<TAggregate> store,
    PolicyHandler<TAggregate> handler,
    TimeProvider time,
    Failpoints failpoints,
    ServiceMetrics metrics,
    ExternalFailures failures,
    ILogger log
) : ILoop
    where TAggregate : Aggregate
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    // The number of consecutive refusals. The loop must get through all of them.
    private int _refused;

    public string Name => "waiting";

    public Task IdleAsync(CancellationToken ct) => Task.Delay(Poll, ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        if (await HandleFirstAsync(ct))
            return true;
        await metrics.CountAsync(ct);
        return false;
    }

    // Usually nothing is due. One round trip without a transaction finds that out.
    private async Task<bool> HandleFirstAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!await store.AnyDueAsync(now, ct))
            return false;
        await using var transaction = await store.LockFirstAsync(now, ct);
        if (transaction is null)
            return false;
        try
        {
            await HandleAsync(transaction, ct);
            _refused = 0;
            if (transaction.Attempt.Refusals > 0)
                metrics.CountSoon();
        }
        catch (Exception e) when (FailureOutcome.AppliesTo(e) && !ct.IsCancellationRequested)
        {
            // This releases the row's lock. If another replica has tried it since, that attempt counts.
            await transaction.DisposeAsync();
            await KeepAsync(transaction.Attempt, e, ct);
        }
        return true;
    }

    private async Task HandleAsync(IDeferredTransaction<TAggregate> transaction, CancellationToken ct)
    {
        await failpoints.HitAsync("waiting.handling");
        var received = transaction.Attempt.Event;
        if (received.Unreadable is { } why)
            throw new PermanentException(why);
        var unit = handler.Begin();
        var fresh = await transaction.TakeAsync(DeferredMessages.LockTimeout(_refused), handler.Loading(unit, [received]), ct);
        if (fresh)
            await handler.DecideAsync(transaction, unit, [received], ct);
        unit.Add(new HandledDeferredMessage(transaction.Attempt.Id));
        await failpoints.HitAsync("waiting.committing");
        await transaction.CommitAsync(unit.Take(), mayBeRepeated: false, ct);
        await failpoints.HitAsync("waiting.committed");
        unit.Wake();
        metrics.Handled(fresh ? 1 : 0);
    }

    private async Task KeepAsync(DeferredAttempt attempt, Exception e, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var outcome = FailureOutcome.For(e, attempt.Attempts, attempt.Refusals, now);
        log.Failed(attempt.Event, outcome, e);
        failures.Report(Name, outcome.Failure);
        _refused = outcome.Failure is null ? 0 : _refused + 1;
        await store.KeepAsync(attempt, outcome, now, ct);
    }
}

/// <summary>Common to all code that defers events.</summary>
internal static class DeferredMessages
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a transaction with one event waits for a locked row. If a whole table is locked, each event waits less than the one before, so that
    /// a loop gets through them.</summary>
    /// <param name="refused">The number of consecutive refusals before.</param>
    public static TimeSpan LockTimeout(int refused) =>
        TimeSpan.FromMilliseconds(Math.Max(10, (int)Longest.TotalMilliseconds >> Math.Min(refused, 10)));

    /// <summary>Logs that an event failed, and what happens next.</summary>
    public static void Failed(this ILogger log, ReceivedEvent received, FailureOutcome outcome, Exception e)
    {
        var what = $"{received.Type} of saga {received.Key} ({received.Partition}/{received.Offset})";
        if (outcome.ParkedAt is not null)
            log.LogError(e, "{Event} is parked after {Attempts} attempts: {Error}", what, outcome.Attempts, outcome.Error);
        else if (outcome.Failure is null || BitOperations.IsPow2(outcome.Refusals))
            log.LogWarning("{Event} waits until {Due:O}: {Error}", what, outcome.Due, outcome.Error);
    }
}
