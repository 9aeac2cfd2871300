using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>A service's aggregates in its own database: one row per saga.</summary>
internal sealed class PostgresAggregates<TDb, TAggregate> : IAggregateStore<TAggregate>
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    // A key that no saga has.
    private const long EverybodysTurn = long.MinValue;

    private readonly NpgsqlDataSource _commands;
    private readonly IDbContextFactory<TDb> _reads;
    private readonly Func<long, TAggregate> _create;
    private readonly KeyedLimiter _limiter;
    private readonly GroupCommit _commits;

    // For decisions that compare sagas, which few services have.
    private readonly Lazy<IDbContextFactory<TDb>> _turns;

    public PostgresAggregates(NpgsqlDataSource commands, IDbContextFactory<TDb> reads, Func<long, TAggregate> create, int connections)
    {
        (_commands, _reads, _create) = (commands, reads, create);
        // While rows are locked, one connection stays free for group commits, ids and keys.
        _limiter = new(Math.Max(1, connections - 1));
        _commits = new(commands, _limiter);
        _turns = new(() => ContextModel<TDb>.Contexts(commands, poolSize: 2));
        Map = new(ContextModel<TDb>.Model.FindEntityType(typeof(TAggregate))!);
    }

    /// <summary>Maps an aggregate to its row.</summary>
    public RowMapper<TAggregate> Map { get; }

    /// <inheritdoc/>
    public IChangeDetector<TAggregate> Changes => Map;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TAggregate?>> FindAsync(IReadOnlyList<long> keys)
    {
        await using var connection = await _commands.OpenConnectionAsync();
        var found = (await FindAsync(connection, keys)).ToDictionary(a => a.Key);
        // Each caller decides on its own copy.
        return [.. keys.Select(k => found.GetValueOrDefault(k) is { } one ? Map.Copy(one, _create(k)) : null)];
    }

    private async Task<List<TAggregate>> FindAsync(
        NpgsqlConnection connection,
        IEnumerable<long> keys,
        bool toBeChanged = false,
        bool inTurn = false
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        if (inTurn)
            batch.BatchCommands.Add(new(AggregateQuery<TAggregate>.Turn));
        batch.BatchCommands.Add(Map.Find(keys, toBeChanged));
        await using var rows = await batch.ExecuteReaderAsync();
        // The lock statement has a result too, without columns.
        if (inTurn)
            await rows.NextResultAsync();
        return await Map.ReadAsync(rows, _create, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task<TAggregate?> FindAsync(Expression<Func<TAggregate, bool>> which)
    {
        await using var db = await _reads.CreateDbContextAsync();
        return await db.Set<TAggregate>().AsNoTracking().FirstOrDefaultAsync(which);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> FindMissingAsync(IReadOnlyList<long> keys, CancellationToken ct)
    {
        await using var command = _commands.CreateCommand(
            $"select k from unnest($1) k where not exists (select 1 from {Map.Table} where key = k)"
        );
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. keys] });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var missing = new List<long>();
        while (await rows.ReadAsync(ct))
            missing.Add(rows.GetInt64(0));
        return missing;
    }

    /// <inheritdoc/>
    public Task CommitAsync(Changes<TAggregate> changes)
    {
        var statements = StatementsOf(changes);
        return statements.CommitsAlone ? _commits.CommitAloneAsync(statements) : _commits.CommitAsync(statements);
    }

    /// <inheritdoc/>
    public Task<TResult> LockAsync<TResult>(long key, Func<TAggregate?, Func<Changes<TAggregate>, Task>, Task<TResult>> decide) =>
        _limiter.RunAsync(
            key,
            async () =>
            {
                await using var connection = await _commands.OpenConnectionAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                var stored = (await FindAsync(connection, [key], toBeChanged: true)).SingleOrDefault();
                return await decide(stored, changes => StatementsOf(changes).CommitAsync(transaction, CancellationToken.None));
            }
        );

    /// <inheritdoc/>
    public Task<TResult> LockInTurnAsync<TResult>(
        long key,
        Func<TAggregate?, object, Func<Changes<TAggregate>, Task>, Task<TResult>> decide
    ) =>
        // All with the same key: calls that wait for the lock here use no connection.
        _limiter.RunAsync(
            EverybodysTurn,
            async () =>
            {
                await using var db = await _turns.Value.CreateDbContextAsync();
                await using var transaction = await db.Database.BeginTransactionAsync();
                var connection = (NpgsqlConnection)db.Database.GetDbConnection();
                var stored = (await FindAsync(connection, [key], toBeChanged: true, inTurn: true)).SingleOrDefault();
                var begun = (NpgsqlTransaction)transaction.GetDbTransaction();
                return await decide(stored, db, changes => StatementsOf(changes).CommitAsync(begun, CancellationToken.None));
            }
        );

    /// <inheritdoc/>
    public async Task WarmUpAsync(UnitOfWork<TAggregate> unit)
    {
        const long nobody = -1;
        // Warms up EF Core as well.
        await using var db = await _reads.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await FindAsync(connection, [nobody], toBeChanged: true);
        await FindAsync(connection, [nobody]);
        var changes = unit.Take();
        var statements = StatementsOf(changes);
        foreach (var (aggregate, _) in changes.Aggregates)
            statements.Add(Map.Update(aggregate, aggregate.Version));
        await StatementBatch.SendAsync(connection, [statements], CancellationToken.None);
    }

    /// <summary>The statements for these changes.</summary>
    public StatementBatch StatementsOf(Changes<TAggregate> changes)
    {
        var statements = new StatementBatch(changes.Key);
        foreach (var (aggregate, storedVersion) in changes.Aggregates)
        {
            if (storedVersion > 0)
                statements.AddUpdate(Map.Update(aggregate, storedVersion));
            else
                statements.Add(Map.Insert(aggregate));
            foreach (var added in Map.TakeAdded(aggregate))
                statements.Add(added);
        }
        foreach (var row in changes.Rows)
            statements.Add(Rows.Statement(row));
        return statements;
    }
}
