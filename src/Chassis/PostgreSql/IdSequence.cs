using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>The ids of a service's requests: 64-bit, ascending from 1. Those who ask at the same moment share one round trip.</summary>
internal sealed class IdSequence(NpgsqlDataSource database, string sequence) : IIdSequence
{
    private readonly RequestBatcher<bool, long> _next = new(asked => NextOrAgainAsync(database, sequence, asked.Count));

    /// <summary>The next id. Ask only when the request is about to be recorded: an id that was asked for is used up.</summary>
    /// <exception cref="NpgsqlException">The store cannot be reached.</exception>
    public Task<long> NextAsync() => _next.AskAsync(true);

    /// <summary>The next ids, within a transaction that may hold locks: on its own connection, so that it waits for nobody else's.</summary>
    /// <exception cref="NpgsqlException">The store cannot be reached.</exception>
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

    /// <summary>Ids up to this one are used up already: they are not given any more.</summary>
    public async Task SkipToAsync(long used)
    {
        // One statement; an id that is given meanwhile is lower, or higher, but never given twice: a sequence that is at it already is left alone.
        await using var command = database.CreateCommand($"select setval('{sequence}', $1) where (select last_value < $1 from {sequence})");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = used });
        await command.ExecuteNonQueryAsync();
    }

    // A session that has forgotten what was prepared in it gave no id, and another connection does.
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
