namespace Mannam.Bench.Stand;

/// <summary>What PostgreSQL counts by itself.</summary>
internal sealed class ServerCounters : IAsyncDisposable
{
    /// <summary>
    /// PostgreSQL's backends publish their counts at most once a second while they work and ten seconds after they fell idle
    /// (PGSTAT_IDLE_INTERVAL); before that pg_stat_database may lack some.
    /// </summary>
    internal static readonly TimeSpan Settling = TimeSpan.FromSeconds(10.5);

    private readonly NpgsqlDataSource source;

    private ServerCounters(NpgsqlDataSource source, int postmaster)
    {
        this.source = source;
        Postmaster = postmaster;
    }

    /// <summary>The process that all of the server's processes descend from.</summary>
    internal int Postmaster { get; }

    internal static async Task<ServerCounters> OpenAsync(string connection, CancellationToken ct)
    {
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = 1 });
        await using var command = source.CreateCommand("SELECT pg_backend_pid()");
        return new ServerCounters(source, ProcessTree.ParentOf((int)(await command.ExecuteScalarAsync(ct))!));
    }

    /// <summary>
    /// Transaction ids given out and bytes of WAL written so far, by the whole server: exact at once, unlike the statistics.
    /// Only what writes (or locks rows) takes an id; a savepoint in which something is written takes one more.
    /// </summary>
    internal async Task<(double TransactionIds, double WalBytes)> WritesAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::float8, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8"
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetDouble(0), reader.GetDouble(1));
    }

    /// <summary>Commits so far, those of read-only transactions included: of the baseline's databases, and of all others.</summary>
    internal async Task<(double Baseline, double Other)> CommitsAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            SELECT coalesce(sum(xact_commit) FILTER (WHERE datname LIKE 'baseline\_%'), 0)::float8,
                coalesce(sum(xact_commit) FILTER (WHERE datname NOT LIKE 'baseline\_%'), 0)::float8
            FROM pg_stat_database WHERE datname NOT LIKE 'template%' AND datname <> 'postgres'
            """
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetDouble(0), reader.GetDouble(1));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => source.DisposeAsync();
}
