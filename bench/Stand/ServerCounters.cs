namespace Mannam.Bench.Stand;

/// <summary>PostgreSQL's own counters.</summary>
internal sealed class ServerCounters : IAsyncDisposable
{
    /// <summary>
    /// PostgreSQL's backends publish their counts at most once a second while they work, and ten seconds after they become idle
    /// (PGSTAT_IDLE_INTERVAL). Before that pg_stat_database may be incomplete.
    /// </summary>
    internal static readonly TimeSpan Settling = TimeSpan.FromSeconds(10.5);

    private readonly NpgsqlDataSource source;

    private ServerCounters(NpgsqlDataSource source, int postmaster)
    {
        this.source = source;
        Postmaster = postmaster;
    }

    /// <summary>The parent of all of the server's processes.</summary>
    internal int Postmaster { get; }

    internal static async Task<ServerCounters> OpenAsync(string connection, CancellationToken ct)
    {
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = 1 });
        await using var command = source.CreateCommand("SELECT pg_backend_pid()");
        return new ServerCounters(source, ProcessTree.ParentOf((int)(await command.ExecuteScalarAsync(ct))!));
    }

    /// <summary>
    /// The transaction ids and bytes of WAL so far, of the whole server. They are exact at once, unlike the statistics. Only a transaction that writes (or
    /// locks rows) takes an id; a savepoint with a write takes one more.
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

    /// <summary>Commits so far, including read-only transactions: of the baseline's databases, and of all others.</summary>
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
