using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>A service's own database, with a connection pool for each kind of work.</summary>
internal class PostgresStore : IServiceStore
{
    // A primary that has moved, or lost plans and prepared statements: only new connections find the current state. The same holds after the store was
    // unreachable: the old connections in the pools would fail.
    private static readonly string[] EndConnections =
    [
        PostgresErrorCodes.ReadOnlySqlTransaction,
        PostgresErrorCodes.InvalidSqlStatementName,
        PostgresErrorCodes.FeatureNotSupported,
    ];

    private readonly ServiceDeclaration _declaration;
    private readonly Schema _schema;

    /// <param name="declaration">The service.</param>
    /// <param name="connectionString">The service's own database.</param>
    /// <param name="pools">The sizes of its pools.</param>
    /// <param name="failpoints">The failpoints for tests.</param>
    public PostgresStore(ServiceDeclaration declaration, string connectionString, ConnectionPools pools, Failpoints failpoints)
    {
        _declaration = declaration;
        ConnectionString = connectionString = Store.Tuned(connectionString);
        Loops = Store.OpenForLoops(connectionString, pools);
        Commands = Store.OpenForCommands(connectionString, pools);
        Reads = Store.OpenForReads(connectionString, pools);
        Schedule = new PostgresSchedule(Loops);
        Idempotency = new PostgresIdempotency(Commands, failpoints);
        Retention = new PostgresRetention(Commands, Loops);
        _schema = new Schema(
            ("chassis", Assembly.GetExecutingAssembly(), "Mannam.PostgreSql.Chassis.sql"),
            (declaration.FullName, declaration.Schema.Assembly, declaration.Schema.Resource)
        );
    }

    protected string ConnectionString { get; }

    /// <summary>For loops and health.</summary>
    public NpgsqlDataSource Loops { get; }

    /// <summary>For decisions and records of requests.</summary>
    public NpgsqlDataSource Commands { get; }

    /// <summary>For reads of people.</summary>
    public NpgsqlDataSource Reads { get; }

    /// <inheritdoc/>
    public IScheduleStore Schedule { get; }

    /// <inheritdoc/>
    public IIdempotencyStore Idempotency { get; }

    /// <inheritdoc/>
    public IRetentionStore Retention { get; }

    /// <inheritdoc/>
    public async Task ApplySchemaAsync(CancellationToken ct)
    {
        await _schema.ApplyAsync(Loops, ct);
        await DeclaredConstraints.CheckAsync(_declaration, Loops, ct);
    }

    /// <inheritdoc/>
    public Task<bool> IsCurrentAsync(CancellationToken ct) => _schema.IsCurrentAsync(Loops, ct);

    /// <inheritdoc/>
    public async Task<DateTimeOffset> ReadClockAsync(CancellationToken ct)
    {
        await using var command = Loops.CreateCommand("select clock_timestamp()");
        await using var rows = await command.ExecuteReaderAsync(ct);
        await rows.ReadAsync(ct);
        return rows.GetFieldValue<DateTimeOffset>(0);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> FindOpenAsync(OpenRows open, TimeSpan olderThan, CancellationToken ct)
    {
        await using var batch = Loops.CreateBatch();
        // A start in the future counts from now, because the database's clock was set back. Such a row is not old enough: its request may be active.
        batch.BatchCommands.Add(
            new($"update {open.Table} set {open.Since} = now() where {open.Where} and {open.Since} > now() + $1")
            {
                Parameters = { new NpgsqlParameter<TimeSpan> { TypedValue = FutureTimestamps.Tolerance } },
            }
        );
        batch.BatchCommands.Add(
            new($"select key from {open.Table} where {open.Where} and {open.Since} < now() - $1 order by {open.Since} limit 100")
            {
                Parameters = { new NpgsqlParameter<TimeSpan> { TypedValue = olderThan } },
            }
        );
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var keys = new List<long>();
        while (await rows.ReadAsync(ct))
            keys.Add(rows.GetInt64(0));
        return keys;
    }

    /// <inheritdoc/>
    public Task<ServiceStatistics> StatisticsAsync(CancellationToken ct) => ServiceTables.StatisticsAsync(Loops, ct);

    /// <inheritdoc/>
    public Task<MessageCounts> CountAsync(CancellationToken ct) => ServiceTables.CountAsync(Loops, ct);

    /// <inheritdoc/>
    public Task<bool> IsSettledAsync(long key, CancellationToken ct) => ServiceTables.IsSettledAsync(Loops, key, ct);

    /// <inheritdoc/>
    public bool AreEndedBy(string code) =>
        EndConnections.Contains(code)
        || code == ExternalFailure.ConnectionLost
        || code.StartsWith("57P", StringComparison.Ordinal)
        || code.StartsWith("08", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Clear()
    {
        Loops.Clear();
        Commands.Clear();
        Reads.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await Reads.DisposeAsync();
        await Commands.DisposeAsync();
        await Loops.DisposeAsync();
    }
}

/// <summary>The database of a service with aggregates.</summary>
internal sealed class PostgresStore<TDb, TAggregate> : PostgresStore, IServiceStore<TAggregate>
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    private readonly PostgresAggregates<TDb, TAggregate> _aggregates;
    private readonly PostgresConsumer<TDb, TAggregate> _consumer;

    public PostgresStore(
        ServiceDeclaration<TAggregate> declaration,
        string connectionString,
        ConnectionPools pools,
        Failpoints failpoints,
        string? sequence
    )
        : base(declaration, connectionString, pools, failpoints)
    {
        Contexts = ContextModel<TDb>.Contexts(Reads, poolSize: 64);
        _aggregates = new(Commands, Contexts, declaration.Create, pools.Commands);
        _consumer = new(Loops, ContextModel<TDb>.Contexts(Loops, poolSize: 8), _aggregates, sequence);
        Ids = sequence is null ? null : new IdSequence(Commands, sequence);
    }

    /// <summary>The contexts for reads.</summary>
    public IDbContextFactory<TDb> Contexts { get; }

    /// <inheritdoc/>
    public IAggregateStore<TAggregate> Aggregates => _aggregates;

    /// <inheritdoc/>
    public IConsumerStore<TAggregate> Consumer => _consumer;

    /// <inheritdoc/>
    public IDeferredStore<TAggregate> Deferred => _consumer;

    /// <inheritdoc/>
    public IIdSequence? Ids { get; }

    /// <inheritdoc/>
    public IOutbox OpenOutbox(bool replicated, Signal signal) => new PostgresOutbox(new RelayLock(ConnectionString, replicated, signal));
}
