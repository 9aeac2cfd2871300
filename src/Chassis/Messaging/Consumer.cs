using Microsoft.Extensions.Logging;

namespace Mannam.Messaging;

/// <summary>Guarantees 2 to 4: handles a service's events by its policies, in order per saga and producer, each once. A batch over all partitions is one
/// transaction: positions, inbox, effects, and the events that they raise.</summary>
/// <remarks>A failed batch is rolled back and handled again, one event per transaction. An event that fails again is deferred in the transaction that moves
/// the position, and later events of its saga queue behind it: see <see cref="DeferredMessageLoop{TAggregate}"/>.</remarks>
internal sealed class Consumer<TAggregate>(
    string topic,
    string group,
    ITransport transport,
    IConsumerStore<TAggregate> store,
    PolicyHandler<TAggregate> handler,
    RestoreDetector<TAggregate> restores,
    HistoryNotices notices,
    TimeProvider time,
    Failpoints failpoints,
    ServiceMetrics metrics,
    ExternalFailures failures,
    ILogger log
) : ILoop, IConsumerStatus, IAsyncDisposable
    where TAggregate : Aggregate
{
    private const int Max = 256;
    private readonly AdaptiveBatching _batching = new(Max);
    private TimeSpan _delay;

    // Positions of skipped events are moved together with the next handled event, at the latest after this number.
    private const int MaxSkipped = 2000;

    // A locked row delays a batch for at most this time, and then only its own saga.
    private static readonly TimeSpan BatchWaits = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // Limits a step in which events are refused.
    private static readonly TimeSpan LongestRefused = TimeSpan.FromSeconds(5);
    private readonly ConsumerPositions<TAggregate> _progress = new(store, topic, notices) { WentBack = restores.WentBack };
    private ISubscription? _subscription;
    private int _skipped;

    public string Name => "consumer";

    public Task PauseAsync(CancellationToken ct) => Task.Delay(_delay, ct);

    public Task IdleAsync(CancellationToken ct) => _subscription!.WaitAsync(Poll, ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        _subscription ??= transport.Subscribe(topic, group, _progress);
        try
        {
            var fetched = await _subscription.FetchAsync(Max, ct);
            _delay = _batching.DelayAfter(fetched.Count);
            if (restores.Looks)
                await restores.LookAsync(fetched, ct);
            if (fetched.Count > 0 && !await HandleAsync(fetched, ct))
                _subscription.Rewind();
            else if (fetched.Count == 0 && restores.Looks && Handled is { Assigned: > 0 })
                restores.AtEnd();
            return fetched.Count > 0;
        }
        catch
        {
            _subscription.Rewind();
            throw;
        }
    }

    // False if some events are left for the next step.
    private async Task<bool> HandleAsync(IReadOnlyList<ReceivedEvent> fetched, CancellationToken ct)
    {
        var events = new List<ReceivedEvent>(fetched.Count);
        var ends = new Dictionary<int, ReceivedEvent>();
        List<ReceivedEvent>? passed = null;
        foreach (var received in fetched)
        {
            ends[received.Partition] = received;
            if (received.Unreadable is null && !handler.Handles(received))
                continue;
            if (_progress.WasHandled(received))
                (passed ??= []).Add(received);
            else
                events.Add(received);
        }
        var next = ends.ToDictionary(e => e.Key, e => ReachedBy(e.Value));
        if (passed is not null)
            notices.PassedOver(passed.Count, passed[^1].Id.ToString());
        _skipped += fetched.Count - events.Count;
        if ((events.Count > 0 || _skipped > MaxSkipped) && !await HandleAsync(events, next, ct))
            return false;
        _progress.Passed(next);
        return true;
    }

    private static ReadPosition ReachedBy(ReceivedEvent received) => new(received.Offset + 1, received.Fingerprint);

    private async Task<bool> HandleAsync(List<ReceivedEvent> events, Dictionary<int, ReadPosition> next, CancellationToken ct)
    {
        try
        {
            await CommitAsync(events, next, BatchWaits, ct);
            return true;
        }
        catch (Exception e) when (FailureOutcome.AppliesTo(e) && !ct.IsCancellationRequested)
        {
            log.LogDebug(e, "A batch of {Count} failed; its events are handled one by one", events.Count);
        }
        // If a whole table is locked, each event waits for it. The loop must stay live, so the remaining events are left for the next step.
        var (began, refused) = (time.GetTimestamp(), 0);
        foreach (var received in events)
        {
            if (refused > 0 && time.GetElapsedTime(began) > LongestRefused)
                return false;
            if (await HandleAsync(received, DeferredMessages.LockTimeout(refused), ct) is { Failure: not null })
                refused++;
        }
        return true;
    }

    // Called in the order of each partition: all earlier events are handled or deferred, so the position may move.
    // Null if the event was handled.
    private async Task<FailureOutcome?> HandleAsync(ReceivedEvent received, TimeSpan waits, CancellationToken ct)
    {
        var next = new Dictionary<int, ReadPosition> { [received.Partition] = ReachedBy(received) };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await CommitAsync([received], next, waits, ct);
                return null;
            }
            catch (Exception e) when (attempt < 3 && StoreFailures.IsConflict(e)) { }
            catch (Exception e) when (FailureOutcome.AppliesTo(e) && !ct.IsCancellationRequested)
            {
                // The failed batch counts as the first attempt, except for external failures, which are not counted.
                var outcome = FailureOutcome.For(
                    e,
                    attempts: FailureOutcome.ExternalFailureOf(e) is null ? 1 : 0,
                    refusals: 0,
                    time.GetUtcNow()
                );
                log.Failed(received, outcome, e);
                failures.Report(Name, outcome.Failure);
                await failpoints.HitAsync("consumer.setting-aside");
                await DeferAsync(received, next, outcome, ct);
                await failpoints.HitAsync("consumer.set-aside");
                metrics.CountSoon();
                return outcome;
            }
        }
    }

    private async Task CommitAsync(List<ReceivedEvent> events, Dictionary<int, ReadPosition> next, TimeSpan waits, CancellationToken ct)
    {
        var moves = _progress.To(next);
        await using var transaction = await store.BeginAsync(ct);
        var unit = handler.Begin();
        var readable = events.FindAll(e => e.Unreadable is null);
        var loading = readable.Count > 0 ? handler.Loading(unit, readable) : null;
        var (fresh, deferred) = await transaction.TakeAsync(topic, moves, readable, waits, loading, ct);
        var handled = new List<ReceivedEvent>(events.Count);
        foreach (var received in events)
        {
            if (received.Unreadable is { } why)
                unit.Add(new DeferredMessage(topic, received, FailureOutcome.Unreadable(why, time.GetUtcNow()), time.GetUtcNow()));
            else if (deferred.Contains(received.Key))
                unit.Add(new DeferredMessage(topic, received, FailureOutcome.Queued(time.GetUtcNow()), time.GetUtcNow()));
            // The id is removed when it is taken, so a duplicate within the batch is skipped.
            else if (fresh.Remove(received.Id))
                handled.Add(received);
        }
        await handler.DecideAsync(transaction, unit, handled, ct);
        await CommitAsync(unit, transaction, moves, ct);
        metrics.Handled(handled.Count);
    }

    private async Task DeferAsync(ReceivedEvent received, Dictionary<int, ReadPosition> next, FailureOutcome outcome, CancellationToken ct)
    {
        var moves = _progress.To(next);
        await using var transaction = await store.BeginAsync(ct);
        await transaction.TakeAsync(topic, moves, [], BatchWaits, null, ct);
        var unit = handler.Begin();
        unit.Add(new DeferredMessage(topic, received, outcome, time.GetUtcNow()));
        await CommitAsync(unit, transaction, moves, ct);
    }

    private async Task CommitAsync(
        UnitOfWork<TAggregate> unit,
        IHandlingTransaction<TAggregate> transaction,
        PositionMoves moves,
        CancellationToken ct
    )
    {
        await failpoints.HitAsync("consumer.committing");
        // If no message leaves the store, the commit may be lost in a crash of the server: the positions are lost with it, and the events come again.
        await transaction.CommitAsync(unit.Take(), mayBeRepeated: !unit.HasMessages, ct);
        await failpoints.HitAsync("consumer.committed");
        unit.Wake();
        _skipped = 0;
        _progress.Stored(moves);
    }

    /// <inheritdoc/>
    public ConsumerProgress? Handled => _progress.Handled(_subscription);

    /// <inheritdoc/>
    public long? Lag => _progress.Lag(_subscription);

    /// <inheritdoc/>
    public string? Notice => notices.Latest;

    public async ValueTask DisposeAsync()
    {
        if (_subscription is not null)
            await _subscription.DisposeAsync();
    }
}
