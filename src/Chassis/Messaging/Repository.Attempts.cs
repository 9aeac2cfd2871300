namespace Mannam.Messaging;

/// <content>One decision takes several attempts, until it is committed, refused, or given up.</content>
public sealed partial class Repository<TAggregate>
{
    private static readonly (string, string) OfCommand = ("command.committing", "command.committed");

    // Failpoints while a row or the lock of comparisons is held: the simulator holds no code there.
    private static readonly (string, string) UnderLock = ("locked.committing", "locked.committed");

    private async Task<CommandResult<TAggregate>> RepeatAsync(
        long key,
        MessageContext context,
        Func<int, Task<CommandResult<TAggregate>>> decideAsync
    )
    {
        var wasRefused = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await decideAsync(attempt);
            }
            catch (Exception e) when (context.Request()?.IsTaken(e) is true)
            {
                // Our own key: an earlier attempt was stored and its answer lost, so the decision is repeated on its result. Otherwise this call throws.
                await context.Request()!.ResolveConflictAsync(key);
            }
            catch (Exception e) when (RefusalOf(e) is { } refusal)
            {
                // Decide once more: the decision may have used an outdated state, or may be stored already.
                if (wasRefused || attempt == Attempts)
                    return new(refusal, await FindAsync(key) ?? _create(key), false);
                wasRefused = true;
            }
            catch (Exception e) when (StoreFailures.IsConflict(e))
            {
                if (attempt == Attempts)
                    throw new BusyException("others change the same aggregate repeatedly", e);
            }
            catch (Exception e) when (attempt < Attempts && MayPass(e))
            {
                await Task.Delay(20 * attempt);
            }
        }
    }

    private async Task<CommandResult<TAggregate>> DecideAsync(
        TAggregate aggregate,
        Func<TAggregate, Decision> decide,
        MessageContext context,
        Func<Changes<TAggregate>, Task> commit,
        (string Committing, string Committed) points,
        StoredRow? row = null
    )
    {
        var unit = new UnitOfWork<TAggregate>(_store.Changes, _messages);
        var decision = decide(unit.Track(aggregate));
        if (decision.Refusal is not null)
            return new(decision.Refusal, aggregate, false);
        var changed = unit.Stage(aggregate, decision.Messages, context);
        if (row is not null)
            unit.Add(row);
        await CommitAsync(unit, commit, points);
        if (changed)
            context.Request()?.Recorded(aggregate.Key);
        return new(null, aggregate, decision.Messages.Length > 0);
    }

    private async Task CommitAsync(
        UnitOfWork<TAggregate> unit,
        Func<Changes<TAggregate>, Task> commit,
        (string Committing, string Committed) points
    )
    {
        if (unit.IsEmpty)
            return;
        await _failpoints.HitAsync(points.Committing);
        await commit(unit.Take());
        await _failpoints.HitAsync(points.Committed);
        unit.Wake();
    }

    private CommandResult<TAggregate> Created(TAggregate aggregate, MessageContext context)
    {
        context.Request()?.Recorded(aggregate.Key);
        _messages.Signals.Wake(Wakes.All);
        return new(null, aggregate, true);
    }

    private Refusal? RefusalOf(Exception e) =>
        _constraints.Count > 0 && StoreFailures.ConstraintOf(e) is { } constraint ? _constraints.GetValueOrDefault(constraint) : null;

    // If the store does not answer, the wait was long enough: no further attempt.
    private static bool MayPass(Exception e) =>
        StoreFailures.IsStatementLost(e) || StoreFailures.IsStoreUnreachable(e) && !StoreFailures.IsTimeout(e);
}
