using System.Linq.Expressions;

namespace Mannam.Messaging;

/// <summary>The result of a command.</summary>
/// <param name="Refusal">The reason of the refusal; null if it was accepted.</param>
/// <param name="State">The aggregate afterwards.</param>
/// <param name="Happened">Whether it changed something; false if its effect held already.</param>
public readonly record struct CommandResult<TAggregate>(Refusal? Refusal, TAggregate State, bool Happened);

/// <summary>Guarantee 9: loads an aggregate, lets it decide, and commits the decision with its events. After a conflict it decides again.</summary>
/// <remarks>A decision may run several times, on newer states, so it must only decide. After a commit whose answer was lost it is also repeated, on the
/// stored state. Commands are repeatable, so there is one effect.</remarks>
public sealed partial class Repository<TAggregate>
    where TAggregate : Aggregate
{
    private const int Attempts = 5;
    private readonly IAggregateStore<TAggregate> _store;
    private readonly MessageWriter _messages;
    private readonly Func<long, TAggregate> _create;
    private readonly IReadOnlyDictionary<string, Refusal> _constraints;
    private readonly Failpoints _failpoints;
    private readonly RequestBatcher<long, TAggregate?> _find;

    internal Repository(
        IAggregateStore<TAggregate> store,
        MessageWriter messages,
        Func<long, TAggregate> create,
        IReadOnlyDictionary<string, Refusal> constraints,
        Failpoints failpoints
    )
    {
        (_store, _messages, _create, _constraints, _failpoints) = (store, messages, create, constraints, failpoints);
        _find = new(store.FindAsync);
    }

    /// <summary>The current aggregate, or null if it is not stored. Concurrent calls share one round trip.</summary>
    /// <exception cref="Exception">The store cannot be reached.</exception>
    public Task<TAggregate?> FindAsync(long key) => _find.AskAsync(key);

    /// <summary>The same, by another unique value than the key, such as its own id.</summary>
    public Task<TAggregate?> FindAsync(Expression<Func<TAggregate, bool>> which) => _store.FindAsync(which);

    /// <summary>The aggregate of a saga that the service has not met yet.</summary>
    public TAggregate New(long key) => _create(key);

    /// <summary>Runs the code of a decision once, so that the first request does not wait for the compiler and the store's first plans.</summary>
    internal async Task WarmUpAsync()
    {
        const long nobody = -1;
        var unit = new UnitOfWork<TAggregate>(_store.Changes, _messages);
        unit.Create(_create(nobody), [], MessageContext.Internal());
        unit.Add(new OutboxMessage(Guid.CreateVersion7(), nobody, "{}", "{}"));
        await _store.WarmUpAsync(unit);
        // Like a request, on a connection for reads.
        await FindAsync(nobody);
    }

    /// <summary>Stores a new aggregate with a key that no other request uses, and its messages.</summary>
    /// <returns>Refused if it would break a declared constraint of the store: then nothing is stored.</returns>
    /// <exception cref="Exception">The store is unreachable; the aggregate may be stored or not.</exception>
    public async Task<CommandResult<TAggregate>> CreateAsync(TAggregate aggregate, MessageContext context, params IMessage[] messages)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                aggregate.Version = 0;
                var unit = new UnitOfWork<TAggregate>(_store.Changes, _messages);
                unit.Create(aggregate, messages, context);
                await CommitAsync(unit, _store.CommitAsync, OfCommand);
                context.Request()?.Recorded(aggregate.Key);
                return new(null, aggregate, true);
            }
            catch (Exception e) when (context.Request()?.IsTaken(e) is true)
            {
                // Our own key: an earlier attempt stored the aggregate too, and its answer was lost. Otherwise this call throws, and nothing is stored.
                await context.Request()!.ResolveConflictAsync(aggregate.Key);
                return Created(aggregate, context);
            }
            catch (Exception e) when (RefusalOf(e) is { } refusal)
            {
                // Only this request uses the key: if the aggregate exists, an earlier attempt stored it and its answer was lost.
                return attempt > 1 && await FindAsync(aggregate.Key) is not null
                    ? Created(aggregate, context)
                    : new(refusal, aggregate, false);
            }
            catch (Exception e) when (attempt > 1 && StoreFailures.IsDuplicate(e))
            {
                // Only this request uses the key: an earlier attempt stored the aggregate, and its answer was lost.
                return Created(aggregate, context);
            }
            catch (Exception e) when (attempt < Attempts && MayPass(e))
            {
                await Task.Delay(20 * attempt);
            }
        }
    }

    /// <summary>Loads the saga's aggregate (a new one if there is none), lets it decide, and commits.</summary>
    /// <returns>Also refused if it would break a declared constraint of the store: then nothing is committed.</returns>
    /// <exception cref="BusyException">Too many others change the same aggregate: nothing is committed.</exception>
    /// <exception cref="Exception">The store is unreachable: the decision may be committed or not. Or the row is locked
    /// (<see cref="StoreFailures.IsBlocked"/>): nothing is committed.</exception>
    public Task<CommandResult<TAggregate>> DecideAsync(long key, Func<TAggregate, Decision> decide, MessageContext context) =>
        DecideAsync(key, null, decide, context);

    /// <summary>The same, but decides first on the given aggregate, which was just stored or created. That saves a round trip.</summary>
    public Task<CommandResult<TAggregate>> DecideAsync(TAggregate atHand, Func<TAggregate, Decision> decide, MessageContext context)
    {
        ArgumentNullException.ThrowIfNull(atHand);
        return DecideAsync(atHand.Key, atHand, decide, context);
    }

    private Task<CommandResult<TAggregate>> DecideAsync(
        long key,
        TAggregate? atHand,
        Func<TAggregate, Decision> decide,
        MessageContext context,
        StoredRow? row = null
    ) =>
        RepeatAsync(
            key,
            context,
            async attempt =>
                // The first attempt takes no lock. After a conflict the attempt queues for the row, so that concurrent commands succeed one by one.
                attempt == 1
                    ? await DecideAsync(atHand ?? await FindAsync(key) ?? _create(key), decide, context, _store.CommitAsync, OfCommand, row)
                    : await _store.LockAsync(
                        key,
                        (stored, commit) => DecideAsync(stored ?? _create(key), decide, context, commit, UnderLock, row)
                    )
        );

    /// <summary>As <see cref="DecideAsync(long, Func{TAggregate, Decision}, MessageContext)"/>, for a decision that compares the service's sagas. While it
    /// queries and commits, no command or policy on any replica makes another such decision: the second one sees the first one's result.</summary>
    /// <param name="key">The saga.</param>
    /// <param name="known">Queries only the store's session, such as a <c>DbContext</c>, within the decision's transaction; called again with each
    /// attempt.</param>
    /// <param name="decide">Decides on the aggregate and the result of the query.</param>
    /// <param name="context">The request.</param>
    public Task<CommandResult<TAggregate>> DecideInTurnAsync<TSession, TKnown>(
        long key,
        Func<TSession, ValueTask<TKnown>> known,
        Func<TAggregate, TKnown, Decision> decide,
        MessageContext context
    ) =>
        RepeatAsync(
            key,
            context,
            _ =>
                _store.LockInTurnAsync(
                    key,
                    async (stored, session, commit) =>
                    {
                        var knows = await known((TSession)session);
                        return await DecideAsync(stored ?? _create(key), a => decide(a, knows), context, commit, UnderLock);
                    }
                )
        );

    /// <summary>Lets a saga's aggregate decide on the result of a scheduled message, and removes the message in the same transaction. If the message is gone,
    /// nothing is decided: another replica, or an attempt whose answer was lost, has done it.</summary>
    internal async Task SettleAsync(long key, Guid message, Func<TAggregate, IMessage[]> decide, MessageContext context)
    {
        try
        {
            var row = new DoneScheduledMessage(message);
            var settled = await DecideAsync(key, null, a => Decision.Happened(decide(a)), context, row);
            if (settled.Refusal is { } refusal)
                throw new InvalidOperationException($"the store refuses the decision: {refusal.Detail}");
        }
        catch (Exception e) when (StoreFailures.IsDone(e))
        {
            _messages.Signals.Wake(Wakes.All);
        }
    }
}
