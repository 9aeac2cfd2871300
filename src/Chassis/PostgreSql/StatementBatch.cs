using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>The statements of one transaction.</summary>
/// <param name="key">The key of its aggregate; the lowest one if there are several.</param>
internal sealed class StatementBatch(long key)
{
    private readonly List<NpgsqlBatchCommand> _all = [];
    private bool _waits;

    /// <summary>Whether it must be committed without a group, because its update may wait for a locked row. A single update only records the progress of
    /// its saga's own request, so nothing else changes its row.</summary>
    public bool CommitsAlone => _waits && _all.Count > 1;

    public void Add(NpgsqlBatchCommand statement) => _all.Add(statement);

    /// <summary>Adds an update that fails unless it finds the loaded version.</summary>
    public void AddUpdate(NpgsqlBatchCommand update)
    {
        _all.Add(update);
        _waits = true;
    }

    /// <summary>Sends the statements within the transaction, and commits it, in one round trip.</summary>
    /// <exception cref="NpgsqlException">Another transaction changed an aggregate (see <see cref="StoreFailures.IsConflict"/>), or another failure: nothing is
    /// committed.</exception>
    public Task CommitAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        Add(new NpgsqlBatchCommand("commit"));
        return SendAsync(transaction.Connection!, [this], ct);
    }

    /// <summary>Creates new command objects for a repetition. Npgsql's command remembers where it was prepared, and would rely on that on another connection
    /// (npgsql/npgsql#6432).</summary>
    public void Renew()
    {
        for (var i = 0; i < _all.Count; i++)
        {
            var (used, renewed) = (_all[i], new NpgsqlBatchCommand(_all[i].CommandText));
            foreach (NpgsqlParameter parameter in used.Parameters)
                renewed.Parameters.Add(parameter.Clone());
            _all[i] = renewed;
        }
    }

    /// <summary>Sends several batches in one round trip, in the order of their keys, so that two transactions lock rows in the same order and cannot
    /// deadlock. Outside of a transaction PostgreSQL runs them as one, without BEGIN and COMMIT: any failure rolls back all.</summary>
    public static async Task SendAsync(NpgsqlConnection connection, IEnumerable<StatementBatch> several, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in several.OrderBy(s => s.Key).SelectMany(s => s._all))
            batch.BatchCommands.Add(statement);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The key of its aggregate; the lowest one if there are several.</summary>
    public long Key { get; } = key;
}
