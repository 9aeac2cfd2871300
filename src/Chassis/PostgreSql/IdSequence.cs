using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>The ids of a service's requests: 64-bit, ascending from 1. Concurrent calls share one round trip.</summary>
internal sealed class IdSequence(NpgsqlDataSource database, string sequence) : IIdSequence
{
    private readonly RequestBatcher<bool, long> _next = new(asked => NextOrAgainAsync(database, sequence, asked.Count));

    /// <summary>The next id. Call it only when the request is about to be recorded: a returned id is used up.</summary>
    /// <exception cref="NpgsqlException">The store is unreachable.</exception>
    public Task<long> NextAsync() => _next.AskAsync(true);

    /// <summary>The next ids, on the connection of a transaction that may hold locks: it must not wait for another connection.</summary>
    /// <exception cref="NpgsqlException">The store is unreachable.</exception>
    public static async Task<IReadOnlyList<long>> NextAsync(
        NpgsqlConnection connection,
        string sequence,
        int count,
        CancellationToken ct = default
    )
    {
        await using var command = new NpgsqlCommand($"select nextval('{sequence}') from generate_series(1, $1)", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var ids = new List<long>(count);
        while (await rows.ReadAsync(ct))
            ids.Add(rows.GetInt64(0));
        return ids;
    }

    /// <summary>Marks all ids up to this one as used.</summary>
    public async Task SkipToAsync(long used)
    {
        // One statement. A concurrent nextval gets a lower or a higher id, but no id twice: a sequence that is already above is not changed.
        await using var command = database.CreateCommand($"select setval('{sequence}', $1) where (select last_value < $1 from {sequence})");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = used });
        await command.ExecuteNonQueryAsync();
    }

    // A session without its prepared statement has returned no id, so another connection is used.
    private static async Task<IReadOnlyList<long>> NextOrAgainAsync(NpgsqlDataSource database, string sequence, int count)
    {
        try
        {
            return await NextAsync(database, sequence, count);
        }
        catch (PostgresException e) when (StoreFailures.IsStatementLost(e))
        {
            return await NextAsync(database, sequence, count);
        }
    }

    private static async Task<IReadOnlyList<long>> NextAsync(NpgsqlDataSource database, string sequence, int count)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await NextAsync(connection, sequence, count);
    }
}
