using System.Linq.Expressions;
using Mannam.Chassis.Idempotency;
using Mannam.Chassis.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Chassis.Storage;

/// <summary>What came of a command.</summary>
/// <param name="Refusal">Why it was refused; null when it was accepted.</param>
/// <param name="State">The aggregate as it is afterwards.</param>
/// <param name="Happened">Whether something happened by it; false where its effect held already.</param>
public readonly record struct Decided<TAggregate>(Refusal? Refusal, TAggregate State, bool Happened);

/// <summary>Guarantee 9: loads an aggregate, lets it decide, and commits the decision with its events; decides again when somebody was faster.</summary>
/// <remarks>A decision may be made several times, on newer states, so it must do nothing but decide. A commit whose answer was lost is decided again too,
/// on what it left: what commands decide is repeatable, so that leaves one effect.</remarks>
public sealed class Aggregates<TDb, TAggregate>
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    private const int Attempts = 5;
    private static readonly Func<TDb, long, Task<TAggregate?>> Find = EF.CompileAsyncQuery(
        (TDb db, long key) => db.Set<TAggregate>().FirstOrDefault(a => a.Key == key)
    );
    private static readonly Func<TDb, long, Task<TAggregate?>> FindAlone = EF.CompileAsyncQuery(
        (TDb db, long key) => db.Set<TAggregate>().AsNoTracking().FirstOrDefault(a => a.Key == key)
    );
    private readonly IDbContextFactory<TDb> _contexts;
    private readonly UnitOfWork _work;
    private readonly Func<long, TAggregate> _create;
    private readonly string _findLocked;
    private readonly string _findAll;
    private readonly SharedRoundTrip<long, TAggregate?> _find;

    internal Aggregates(IDbContextFactory<TDb> contexts, UnitOfWork work, Func<long, TAggregate> create)
    {
        (_contexts, _work, _create) = (contexts, work, create);
        using var db = contexts.CreateDbContext();
        var table = db.Model.FindEntityType(typeof(TAggregate))!.GetTableName();
        _findLocked = $"select * from {table} where key = {{0}} for update";
        // A key that is asked for twice comes twice: who decides on one must not share it.
        _findAll = $"select a.* from unnest({{0}}) asked(key) join {table} a on a.key = asked.key";
        _find = new(FindAsync);
    }

    /// <summary>The aggregate as it is now, or null when it is not stored. Those who ask at the same moment share one round trip.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The store cannot be reached.</exception>
    public Task<TAggregate?> FindAsync(long key) => _find.AskAsync(key);

    private async Task<IReadOnlyList<TAggregate?>> FindAsync(IReadOnlyList<long> keys)
    {
        await using var db = await _contexts.CreateDbContextAsync();
        if (keys is [var one])
            return [await FindAlone(db, one)];
        var found = await db.Set<TAggregate>().FromSqlRaw(_findAll, keys.ToArray()).AsNoTracking().ToListAsync();
        var byKey = found.ToLookup(a => a.Key);
        var taken = new Dictionary<long, int>();
        return [.. keys.Select(k => byKey[k].ElementAtOrDefault(taken[k] = taken.GetValueOrDefault(k, -1) + 1))];
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
        await FindAsync([nobody]);
        await FindAsync([nobody, nobody]);
        await using var db = await _contexts.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await Find(db, nobody);
        await db.Set<TAggregate>().FromSqlRaw(_findLocked, nobody).FirstOrDefaultAsync();
        var aggregate = _create(nobody);
        db.Attach(aggregate).State = EntityState.Added;
        db.Add(OutboxRow.Nothing);
        await UnitOfWork.SaveAsync(db, AutoTransactionBehavior.Never, CancellationToken.None);
        aggregate.Version++;
        await UnitOfWork.SaveAsync(db, AutoTransactionBehavior.Never, CancellationToken.None);
    }

    /// <summary>Stores a new aggregate whose key nobody else uses, with what its creation raised.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The store cannot be reached; it may be stored all the same.</exception>
    public async Task CreateAsync(TAggregate aggregate, Cause cause, params IMessage[] messages)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var db = await _contexts.CreateDbContextAsync();
                aggregate.Version = 0;
                db.Add(aggregate);
                _work.Stage(db, aggregate, messages, cause);
                await _work.CommitAsync(db, CancellationToken.None);
                cause.Key?.Recorded(aggregate.Key);
                return;
            }
            catch (Exception e) when (IdempotencyRow.IsTaken(e))
            {
                // Ours, of an attempt whose answer was lost and which stored the aggregate too; or another request's, and nothing is stored.
                await cause.Key!.MeetAsync(aggregate.Key);
                _work.Wake(Wakes.All);
                return;
            }
            catch (Exception e) when (attempt > 1 && Failures.IsDuplicate(e))
            {
                // The key is ours alone: the attempt whose answer was lost had stored it.
                cause.Key?.Recorded(aggregate.Key);
                _work.Wake(Wakes.All);
                return;
            }
            catch (Exception e) when (attempt < Attempts && Failures.IsStoreUnreachable(e))
            {
                await Task.Delay(20 * attempt);
            }
        }
    }

    /// <summary>Loads the saga's aggregate (a new one, where there is none), lets it decide, and commits.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The store cannot be reached; the decision may have been committed all the same.</exception>
    public Task<Decided<TAggregate>> DecideAsync(long key, Func<TAggregate, Decision> decide, Cause cause) =>
        DecideAsync(key, null, decide, cause);

    /// <summary>As the other, but decides first on what is at hand: an aggregate that was just stored or made, which saves a round trip.</summary>
    public Task<Decided<TAggregate>> DecideAsync(TAggregate atHand, Func<TAggregate, Decision> decide, Cause cause)
    {
        ArgumentNullException.ThrowIfNull(atHand);
        return DecideAsync(atHand.Key, atHand, decide, cause);
    }

    private async Task<Decided<TAggregate>> DecideAsync(long key, TAggregate? atHand, Func<TAggregate, Decision> decide, Cause cause)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return attempt == 1 && atHand is not null
                    ? await TryAsync(atHand, decide, cause)
                    : await TryAsync(key, decide, cause, locked: attempt > 1);
            }
            catch (Exception e) when (IdempotencyRow.IsTaken(e))
            {
                // Ours, of an attempt whose answer was lost: decided again on what it left. Otherwise this request ends here.
                await cause.Key!.MeetAsync(key);
            }
            catch (Exception e) when (attempt < Attempts && Failures.IsConflict(e)) { }
            catch (Exception e) when (attempt < Attempts && Failures.IsStoreUnreachable(e))
            {
                await Task.Delay(20 * attempt);
            }
        }
    }

    // The first attempt takes no lock. One that met somebody else queues for the row, so that a crowd comes through one by one.
    private async Task<Decided<TAggregate>> TryAsync(long key, Func<TAggregate, Decision> decide, Cause cause, bool locked)
    {
        await using var db = await _contexts.CreateDbContextAsync();
        await using var transaction = locked ? await db.Database.BeginTransactionAsync() : null;
        var aggregate = locked ? await db.Set<TAggregate>().FromSqlRaw(_findLocked, key).FirstOrDefaultAsync() : await Find(db, key);
        return await DecideAsync(db, aggregate ?? _create(key), decide, cause);
    }

    private async Task<Decided<TAggregate>> TryAsync(TAggregate atHand, Func<TAggregate, Decision> decide, Cause cause)
    {
        await using var db = await _contexts.CreateDbContextAsync();
        return await DecideAsync(db, atHand, decide, cause);
    }

    private async Task<Decided<TAggregate>> DecideAsync(TDb db, TAggregate aggregate, Func<TAggregate, Decision> decide, Cause cause)
    {
        if (db.Entry(aggregate).State == EntityState.Detached)
            db.Attach(aggregate);
        var decision = decide(aggregate);
        if (decision.Refusal is not null)
            return new(decision.Refusal, aggregate, false);
        var changed = _work.Stage(db, aggregate, decision.Messages, cause);
        await _work.CommitAsync(db, CancellationToken.None);
        if (changed)
            cause.Key?.Recorded(aggregate.Key);
        return new(null, aggregate, decision.Messages.Length > 0);
    }
}
