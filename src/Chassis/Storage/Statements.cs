using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>What one transaction sends.</summary>
/// <param name="key">Its aggregate's; the least of them, where there are several.</param>
internal sealed class Statements(long key)
{
    private readonly List<NpgsqlBatchCommand> _all = [];
    private readonly List<NpgsqlBatchCommand> _updates = [];

    /// <summary>Some inserts alone, or one statement alone, need no BEGIN and COMMIT: PostgreSQL makes one batch one transaction, and a failed insert fails
    /// it whole. An update on an outdated version fails nothing by itself, so beside other statements it needs a transaction to be rolled back.</summary>
    public bool NeedTransaction => _updates.Count > 0 && _all.Count > 1;

    public void Add(NpgsqlBatchCommand statement) => _all.Add(statement);

    /// <summary>One that must find the version that was loaded.</summary>
    public void AddUpdate(NpgsqlBatchCommand update)
    {
        _all.Add(update);
        _updates.Add(update);
    }

    /// <summary>Sends them within the transaction and commits it: in one round trip, where none of them can find its version outdated.</summary>
    /// <exception cref="OutdatedException">Somebody else changed an aggregate; what was sent is to be rolled back.</exception>
    public async Task CommitAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        var checks = _updates.Count > 0;
        if (!checks)
            Add(new NpgsqlBatchCommand("commit"));
        await SendAsync(transaction.Connection!, [this], ct);
        Check();
        if (checks)
            await transaction.CommitAsync(ct);
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
            if (_updates.IndexOf(used) is >= 0 and var at)
                _updates[at] = renewed;
        }
    }

    /// <summary>To be called when they were sent.</summary>
    /// <exception cref="OutdatedException">Somebody else changed an aggregate; what was sent is to be rolled back.</exception>
    public void Check()
    {
        if (_updates.Any(u => u.RecordsAffected != 1))
            throw new OutdatedException();
    }

    /// <summary>Sends those of several in one round trip, in the order of their keys, so that two who change the same wait for, and not against, each
    /// other.</summary>
    public static async Task SendAsync(NpgsqlConnection connection, IEnumerable<Statements> several, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in several.OrderBy(s => s.Key).SelectMany(s => s._all))
            batch.BatchCommands.Add(statement);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(ct);
    }

    private long Key { get; } = key;
}
