using System.Linq.Expressions;
using Mannam.Chassis.Idempotency;
using Mannam.Chassis.Messaging;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>What came of a command.</summary>
/// <param name="Refusal">Why it was refused; null when it was accepted.</param>
/// <param name="State">The aggregate as it is afterwards.</param>
/// <param name="Happened">Whether something happened by it; false where its effect held already.</param>
public readonly record struct CommandResult<TAggregate>(Refusal? Refusal, TAggregate State, bool Happened);

/// <summary>Guarantee 9: loads an aggregate, lets it decide, and commits the decision with its events; decides again when somebody was faster.</summary>
/// <remarks>A decision may be made several times, on newer states, so it must do nothing but decide. A commit whose answer was lost is decided again too,
/// on what it left: what commands decide is repeatable, so that leaves one effect.</remarks>
public sealed class Repository<TDb, TAggregate>
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    private const int Attempts = 5;
    private readonly IDbContextFactory<TDb> _contexts;
    private readonly AggregateStore<TAggregate> _store;
    private readonly Func<long, TAggregate> _create;
    private readonly RequestBatcher<long, TAggregate?> _find;

    internal Repository(IDbContextFactory<TDb> contexts, AggregateStore<TAggregate> store, Func<long, TAggregate> create)
    {
        (_contexts, _store, _create) = (contexts, store, create);
        _find = new(FindAsync);
    }

    /// <summary>The aggregate as it is now, or null when it is not stored. Those who ask at the same moment share one round trip.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The store cannot be reached.</exception>
    public Task<TAggregate?> FindAsync(long key) => _find.AskAsync(key);

    private async Task<IReadOnlyList<TAggregate?>> FindAsync(IReadOnlyList<long> keys)
    {
        await using var connection = await _store.OpenAsync();
        var found = (await FindAsync(connection, keys)).ToDictionary(a => a.Key);
        // Who decides on one must not share it.
        return [.. keys.Select(k => found.GetValueOrDefault(k) is { } one ? _store.Map.Copy(one, _create(k)) : null)];
    }

    private async Task<List<TAggregate>> FindAsync(NpgsqlConnection connection, IEnumerable<long> keys, bool toBeChanged = false)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { _store.Map.Find(keys, toBeChanged) } };
        await using var rows = await batch.ExecuteReaderAsync();
        return await _store.Map.ReadAsync(rows, _create, CancellationToken.None);
    }

    /// <summary>The same, found by something else than its key that no two aggregates share, such as an id of its own.</summary>
    public async Task<TAggregate?> FindAsync(Expression<Func<TAggregate, bool>> which)
    {
        await using var db = await _contexts.CreateDbContextAsync();
        return await db.Set<TAggregate>().AsNoTracking().FirstOrDefaultAsync(which);
    }

    /// <summary>A saga's aggregate as it is where the service has not met the saga.</summary>
    public TAggregate New(long key) => _create(key);

    /// <summary>Goes through all that a decision goes through, in a transaction that is rolled back, so that the first request need not wait for the
    /// compiler and for the store's first plans.</summary>
    internal async Task WarmUpAsync()
    {
        const long nobody = -1;
        // Of EF Core, as events are handled.
        await using var db = await _contexts.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await FindAsync(connection, [nobody], toBeChanged: true);
        await FindAsync(connection, [nobody]);
        var unit = new UnitOfWork<TAggregate>(_store);
        var aggregate = _create(nobody);
        unit.Create(aggregate, [], MessageContext.Internal());
        unit.Add(new OutboxMessage(Guid.CreateVersion7(), nobody, "{}", "{}").Insert());
        unit.Add(_store.Map.Update(aggregate, aggregate.Version));
        await unit.SendAsync(connection, CancellationToken.None);
        // As requests find it, on a connection of theirs.
        await FindAsync(nobody);
    }

    /// <summary>Stores a new aggregate whose key nobody else uses, with what its creation raised.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The store cannot be reached; it may be stored all the same.</exception>
    public async Task CreateAsync(TAggregate aggregate, MessageContext context, params IMessage[] messages)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                aggregate.Version = 0;
                var unit = new UnitOfWork<TAggregate>(_store);
                unit.Create(aggregate, messages, context);
                await _store.CommitAsync(unit, null);
                context.Key?.Recorded(aggregate.Key);
                return;
            }
            catch (Exception e) when (IdempotencyRecord.IsTaken(e))
            {
                // Ours, of an attempt whose answer was lost and which stored the aggregate too; or another request's, and nothing is stored.
                await context.Key!.ResolveConflictAsync(aggregate.Key);
                _store.Wake(Wakes.All);
                return;
            }
            catch (Exception e) when (attempt > 1 && StoreFailures.IsDuplicate(e))
            {
                // The key is ours alone: the attempt whose answer was lost had stored it.
                context.Key?.Recorded(aggregate.Key);
                _store.Wake(Wakes.All);
                return;
            }
            catch (Exception e) when (attempt < Attempts && MayPass(e))
            {
                await Task.Delay(20 * attempt);
            }
        }
    }

    // A store that does not answer was waited for long enough.
    private static bool MayPass(Exception e) =>
        StoreFailures.IsStatementLost(e) || StoreFailures.IsStoreUnreachable(e) && !StoreFailures.IsTimeout(e);

    /// <summary>Loads the saga's aggregate (a new one, where there is none), lets it decide, and commits.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The store cannot be reached; the decision may have been committed all the same. Or somebody else holds the row
    /// (<see cref="StoreFailures.IsBlocked"/>): nothing is committed.</exception>
    /// <exception cref="BusyException">Too many others change the same: nothing is committed.</exception>
    public Task<CommandResult<TAggregate>> DecideAsync(long key, Func<TAggregate, Decision> decide, MessageContext context) =>
        DecideAsync(key, null, decide, context);

    /// <summary>As the other, but decides first on what is at hand: an aggregate that was just stored or made, which saves a round trip.</summary>
    public Task<CommandResult<TAggregate>> DecideAsync(TAggregate atHand, Func<TAggregate, Decision> decide, MessageContext context)
    {
        ArgumentNullException.ThrowIfNull(atHand);
        return DecideAsync(atHand.Key, atHand, decide, context);
    }

    private async Task<CommandResult<TAggregate>> DecideAsync(
        long key,
        TAggregate? atHand,
        Func<TAggregate, Decision> decide,
        MessageContext context
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return attempt == 1
                    ? await DecideAsync(atHand ?? await FindAsync(key) ?? _create(key), decide, context, null)
                    : await _store.InOrderAsync(key, () => DecideInLineAsync(key, decide, context));
            }
            catch (Exception e) when (IdempotencyRecord.IsTaken(e))
            {
                // Ours, of an attempt whose answer was lost: decided again on what it left. Otherwise this request ends here.
                await context.Key!.ResolveConflictAsync(key);
            }
            catch (Exception e) when (StoreFailures.IsConflict(e))
            {
                if (attempt == Attempts)
                    throw new BusyException("others change the same again and again", e);
            }
            catch (Exception e) when (attempt < Attempts && MayPass(e))
            {
                await Task.Delay(20 * attempt);
            }
        }
    }

    // The first attempt takes no lock. One that met somebody else queues for the row, so that a crowd comes through one by one.
    private async Task<CommandResult<TAggregate>> DecideInLineAsync(long key, Func<TAggregate, Decision> decide, MessageContext context)
    {
        await using var connection = await _store.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var aggregate = (await FindAsync(connection, [key], toBeChanged: true)).SingleOrDefault() ?? _create(key);
        return await DecideAsync(aggregate, decide, context, transaction);
    }

    private async Task<CommandResult<TAggregate>> DecideAsync(
        TAggregate aggregate,
        Func<TAggregate, Decision> decide,
        MessageContext context,
        NpgsqlTransaction? transaction
    )
    {
        var unit = new UnitOfWork<TAggregate>(_store);
        var decision = decide(unit.Track(aggregate));
        if (decision.Refusal is not null)
            return new(decision.Refusal, aggregate, false);
        var changed = unit.Stage(aggregate, decision.Messages, context);
        await _store.CommitAsync(unit, transaction);
        if (changed)
            context.Key?.Recorded(aggregate.Key);
        return new(null, aggregate, decision.Messages.Length > 0);
    }
}
