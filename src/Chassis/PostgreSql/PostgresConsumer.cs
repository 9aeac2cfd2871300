using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Positions, inbox and effects in the service's own database. Each batch is one transaction.</summary>
internal sealed class PostgresConsumer<TDb, TAggregate>(
    NpgsqlDataSource database,
    IDbContextFactory<TDb> contexts,
    PostgresAggregates<TDb, TAggregate> aggregates,
    string? sequence
) : IConsumerStore<TAggregate>, IDeferredStore<TAggregate>
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    private const string SomeAreDue = "select exists (select 1 from waiting where parked_at is null and due <= $1)";

    // Messages that another replica has locked are skipped, with those behind them.
    private const string First = """
        select waiting_id, attempts, refusals, due, partition, "offset", key, headers, value from waiting w where parked_at is null and due <= $1
        and not exists (select 1 from waiting e where e.key = w.key and e.parked_at is null and e.waiting_id < w.waiting_id)
        order by due, waiting_id limit 1 for update skip locked
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<int, StoredPosition>> ReadPositionsAsync(
        string topic,
        IReadOnlyCollection<int> partitions,
        CancellationToken ct
    ) => await PositionTable.ReadAsync(database, topic, partitions, ct);

    /// <inheritdoc/>
    public Task<StoredPosition> ChangePositionAsync(
        (string Topic, int Partition) place,
        Position expected,
        Position changed,
        bool again,
        CancellationToken ct
    ) => PositionTable.ChangeAsync(database, place, expected, changed, again, ct);

    /// <inheritdoc/>
    public async Task<IHandlingTransaction<TAggregate>> BeginAsync(CancellationToken ct)
    {
        var (db, transaction) = await OpenAsync(ct);
        return new HandlingTransaction(db, transaction, aggregates, sequence);
    }

    private async Task<(TDb Db, IDbContextTransaction Transaction)> OpenAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct);
        try
        {
            return (db, await db.Database.BeginTransactionAsync(ct));
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> AnyDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var look = database.CreateBatch();
        look.BatchCommands.Add(Rows.MakeDue("waiting", "due", "parked_at is null", now));
        look.BatchCommands.Add(new(SomeAreDue) { Parameters = { new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime } } });
        return await look.ExecuteScalarAsync(ct) is true;
    }

    /// <inheritdoc/>
    public async Task<IDeferredTransaction<TAggregate>?> LockFirstAsync(DateTimeOffset now, CancellationToken ct)
    {
        var (db, transaction) = await OpenAsync(ct);
        try
        {
            if (await ReadFirstAsync(db, now, ct) is { } first)
                return new DeferredTransaction(db, transaction, aggregates, sequence, first);
            await CloseAsync(db, transaction);
            return null;
        }
        catch
        {
            await CloseAsync(db, transaction);
            throw;
        }
    }

    private static async Task<DeferredAttempt?> ReadFirstAsync(TDb db, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(First, (NpgsqlConnection)db.Database.GetDbConnection())
        {
            Parameters = { new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        return await rows.ReadAsync(ct)
            ? new(
                rows.GetInt64(0),
                rows.GetInt32(1),
                rows.GetInt32(2),
                rows.GetFieldValue<DateTimeOffset>(3),
                ReceivedEvent.Read(rows.GetInt32(4), rows.GetInt64(5), rows.GetInt64(6), rows.GetString(7), rows.GetString(8))
            )
            : null;
    }

    private static async Task CloseAsync(TDb db, IDbContextTransaction transaction)
    {
        await transaction.DisposeAsync();
        await db.DisposeAsync();
    }

    /// <inheritdoc/>
    public async Task KeepAsync(DeferredAttempt attempt, FailureOutcome outcome, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            """
            update waiting set kind = $4, attempts = $5, error = $6, due = $7, set_at = $11, parked_at = $8,
                refusals = $9, code = $10, refused_since = case when $10 is null then null else coalesce(refused_since, $11) end
            where waiting_id = $1 and attempts = $2 and due = $3 and parked_at is null
            """
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = attempt.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = attempt.Attempts });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = attempt.Due.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = outcome.Kind });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = outcome.Attempts });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = outcome.Error });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = outcome.Due.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = outcome.ParkedAt?.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = outcome.Refusals });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = outcome.Failure?.Code });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        await command.ExecuteNonQueryAsync(ct);
    }

    private class HandlingTransaction(
        TDb db,
        IDbContextTransaction transaction,
        PostgresAggregates<TDb, TAggregate> aggregates,
        string? sequence
    ) : IHandlingTransaction<TAggregate>
    {
        protected TDb Db => db;

        protected NpgsqlConnection Connection => (NpgsqlConnection)db.Database.GetDbConnection();

        protected AggregateQuery<TAggregate> QueryOf(Loading<TAggregate> loading) => new(loading, aggregates.Map);

        public object Session => db;

        public Task<IReadOnlyList<long>> NextIdsAsync(int count, CancellationToken ct) =>
            IdSequence.NextAsync(Connection, sequence ?? throw new InvalidOperationException("the service has no sequence"), count, ct);

        public Task<(HashSet<Guid> Fresh, HashSet<long> Deferred)> TakeAsync(
            string topic,
            PositionMoves moves,
            IReadOnlyCollection<ReceivedEvent> events,
            TimeSpan lockTimeout,
            Loading<TAggregate>? loading,
            CancellationToken ct
        ) => PositionTable.TakeAsync(Connection, topic, moves, events, lockTimeout, loading is null ? null : QueryOf(loading), ct);

        public Task SendAsync(Changes<TAggregate> changes, CancellationToken ct) =>
            StatementBatch.SendAsync(Connection, [aggregates.StatementsOf(changes)], ct);

        public Task CommitAsync(Changes<TAggregate> changes, bool mayBeRepeated, CancellationToken ct)
        {
            var statements = aggregates.StatementsOf(changes);
            // The commit need not wait for the disk.
            if (mayBeRepeated)
                statements.Add(new NpgsqlBatchCommand("set local synchronous_commit = off"));
            return statements.CommitAsync((NpgsqlTransaction)transaction.GetDbTransaction(), ct);
        }

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await db.DisposeAsync();
        }
    }

    private sealed class DeferredTransaction(
        TDb db,
        IDbContextTransaction transaction,
        PostgresAggregates<TDb, TAggregate> aggregates,
        string? sequence,
        DeferredAttempt attempt
    ) : HandlingTransaction(db, transaction, aggregates, sequence), IDeferredTransaction<TAggregate>
    {
        public DeferredAttempt Attempt => attempt;

        public async Task<bool> TakeAsync(TimeSpan lockTimeout, Loading<TAggregate> loading, CancellationToken ct)
        {
            await Db.Database.ExecuteSqlRawAsync(PositionTable.LockTimeout(lockTimeout), ct);
            var fresh = await Db.Database.ExecuteSqlAsync(
                $"insert into inbox (event_id) values ({attempt.Event.Id}) on conflict do nothing",
                ct
            );
            if (fresh > 0)
                await QueryOf(loading).LoadAsync(Connection, ct);
            return fresh > 0;
        }
    }
}
