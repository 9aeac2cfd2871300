using System.Linq.Expressions;

namespace Mannam.Messaging;

/// <summary>What came of a command.</summary>
/// <param name="Refusal">Why it was refused; null when it was accepted.</param>
/// <param name="State">The aggregate as it is afterwards.</param>
/// <param name="Happened">Whether something happened by it; false where its effect held already.</param>
public readonly record struct CommandResult<TAggregate>(Refusal? Refusal, TAggregate State, bool Happened);

/// <summary>Guarantee 9: loads an aggregate, lets it decide, and commits the decision with its events; decides again when somebody was faster.</summary>
/// <remarks>A decision may be made several times, on newer states, so it must do nothing but decide. A commit whose answer was lost is decided again too,
/// on what it left: what commands decide is repeatable, so that leaves one effect.</remarks>
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

    /// <summary>The aggregate as it is now, or null when it is not stored. Requests of the same moment share one round trip.</summary>
    /// <exception cref="Exception">The store cannot be reached.</exception>
    public Task<TAggregate?> FindAsync(long key) => _find.AskAsync(key);

    /// <summary>The same, found by something else than its key that no two aggregates share, such as an id of its own.</summary>
    public Task<TAggregate?> FindAsync(Expression<Func<TAggregate, bool>> which) => _store.FindAsync(which);

    /// <summary>A saga's aggregate as it is where the service has not met the saga.</summary>
    public TAggregate New(long key) => _create(key);

    /// <summary>Goes through all that a decision goes through, so that the first request need not wait for the compiler and for the store's first plans.</summary>
    internal async Task WarmUpAsync()
    {
        const long nobody = -1;
        var unit = new UnitOfWork<TAggregate>(_store.Changes, _messages);
        unit.Create(_create(nobody), [], MessageContext.Internal());
        unit.Add(new OutboxMessage(Guid.CreateVersion7(), nobody, "{}", "{}"));
        await _store.WarmUpAsync(unit);
        // As requests find it, on a connection of theirs.
        await FindAsync(nobody);
    }

    /// <summary>Stores a new aggregate whose key nobody else uses, with what its creation raised.</summary>
    /// <returns>Refused where a declared constraint of the store would be broken: then nothing is stored.</returns>
    /// <exception cref="Exception">The store cannot be reached; it may be stored all the same.</exception>
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
                // Ours, of an attempt whose answer was lost and which stored the aggregate too; or another request's, and nothing is stored.
                await context.Request()!.ResolveConflictAsync(aggregate.Key);
                return Created(aggregate, context);
            }
            catch (Exception e) when (RefusalOf(e) is { } refusal)
            {
                // The key is ours alone: where it is there, an attempt whose answer was lost had stored it.
                return attempt > 1 && await FindAsync(aggregate.Key) is not null
                    ? Created(aggregate, context)
                    : new(refusal, aggregate, false);
            }
            catch (Exception e) when (attempt > 1 && StoreFailures.IsDuplicate(e))
            {
                // The key is ours alone: the attempt whose answer was lost had stored it.
                return Created(aggregate, context);
            }
            catch (Exception e) when (attempt < Attempts && MayPass(e))
            {
                await Task.Delay(20 * attempt);
            }
        }
    }

    /// <summary>Loads the saga's aggregate (a new one, where there is none), lets it decide, and commits.</summary>
    /// <returns>Refused also where a declared constraint of the store would be broken: then nothing is committed.</returns>
    /// <exception cref="BusyException">Too many others change the same: nothing is committed.</exception>
    /// <exception cref="Exception">The store cannot be reached; the decision may have been committed all the same. Or somebody else holds the row
    /// (<see cref="StoreFailures.IsBlocked"/>): nothing is committed.</exception>
    public Task<CommandResult<TAggregate>> DecideAsync(long key, Func<TAggregate, Decision> decide, MessageContext context) =>
        DecideAsync(key, null, decide, context);

    /// <summary>As the other one, but decides first on what is at hand: an aggregate that was just stored or made, which saves a round trip.</summary>
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
                // The first attempt takes no lock. One that met somebody else queues for the row, so that a crowd comes through one by one.
                attempt == 1
                    ? await DecideAsync(atHand ?? await FindAsync(key) ?? _create(key), decide, context, _store.CommitAsync, OfCommand, row)
                    : await _store.LockAsync(
                        key,
                        (stored, commit) => DecideAsync(stored ?? _create(key), decide, context, commit, UnderLock, row)
                    )
        );

    /// <summary>As <see cref="DecideAsync(long, Func{TAggregate, Decision}, MessageContext)"/>, where the decision depends on how the service's other sagas
    /// stand. It asks and commits while no other decision in turn is made, by a command or a policy, on any replica: the second sees what the first decided.</summary>
    /// <param name="key">The saga.</param>
    /// <param name="known">Asks the store's session, such as a <c>DbContext</c>, within the transaction of the decision, and nobody else; asked again with each
    /// attempt.</param>
    /// <param name="decide">Decides on the aggregate and what is known.</param>
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

    /// <summary>Lets a saga's aggregate decide on what came of a scheduled message, and removes the message in the same transaction. Where it is not there any
    /// more, nothing is decided: an attempt whose answer was lost has done it, or another replica.</summary>
    internal async Task SettleAsync(long key, Guid message, Func<TAggregate, IMessage[]> decide, MessageContext context)
    {
        try
        {
            var row = new DoneScheduledMessage(message);
            var settled = await DecideAsync(key, null, a => Decision.Happened(decide(a)), context, row);
            if (settled.Refusal is { } refusal)
                throw new InvalidOperationException($"the store refuses what was decided: {refusal.Detail}");
        }
        catch (Exception e) when (StoreFailures.IsDone(e))
        {
            _messages.Signals.Wake(Wakes.All);
        }
    }
}
