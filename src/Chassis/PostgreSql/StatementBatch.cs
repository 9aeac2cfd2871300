using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>What one transaction sends.</summary>
/// <param name="key">Its aggregate's; the least of them, where there are several.</param>
internal sealed class StatementBatch(long key)
{
    private readonly List<NpgsqlBatchCommand> _all = [];
    private bool _waits;

    /// <summary>Whether nobody should share the commit: an update waits for whoever is changing its row. One that comes without anything else only tells how its
    /// saga's own request went on, and meets nobody.</summary>
    public bool CommitsAlone => _waits && _all.Count > 1;

    public void Add(NpgsqlBatchCommand statement) => _all.Add(statement);

    /// <summary>One that fails unless it finds the version that was loaded.</summary>
    public void AddUpdate(NpgsqlBatchCommand update)
    {
        _all.Add(update);
        _waits = true;
    }

    /// <summary>Sends them within the transaction, and commits it, in one round trip.</summary>
    /// <exception cref="NpgsqlException">Somebody else changed an aggregate (see <see cref="StoreFailures.IsConflict"/>), or another failure: nothing is
    /// committed.</exception>
    public Task CommitAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        Add(new NpgsqlBatchCommand("commit"));
        return SendAsync(transaction.Connection!, [this], ct);
    }

    /// <summary>Makes them ready to be sent again. Npgsql remembers in a command where it was prepared, and would count on it on another connection
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

    /// <summary>Sends those of several in one round trip, in the order of their keys, so that two who change the same wait for, and not against, each
    /// other. Where no transaction is under way PostgreSQL makes one of it, without BEGIN and COMMIT: what fails, fails it whole.</summary>
    public static async Task SendAsync(NpgsqlConnection connection, IEnumerable<StatementBatch> several, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in several.OrderBy(s => s.Key).SelectMany(s => s._all))
            batch.BatchCommands.Add(statement);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Its aggregate's; the least of them, where there are several.</summary>
    public long Key { get; } = key;
}
