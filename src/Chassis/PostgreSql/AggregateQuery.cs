using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Something that is asked for together with something else, in one round trip.</summary>
internal interface IBatchedQuery
{
    /// <summary>Adds the statements.</summary>
    void AddTo(NpgsqlBatch batch);

    /// <summary>Reads their answers; the reader stands at the first.</summary>
    Task ReadAsync(NpgsqlDataReader rows, CancellationToken ct);
}

internal static class BatchedQueries
{
    /// <summary>Asks for it alone.</summary>
    public static async Task LoadAsync(this IBatchedQuery query, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        query.AddTo(batch);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        await query.ReadAsync(rows, ct);
    }
}

/// <summary>Loads the aggregates that events are to be handled by.</summary>
/// <param name="loading">Which ones.</param>
/// <param name="map">How they are stored.</param>
internal sealed class AggregateQuery<TAggregate>(Loading<TAggregate> loading, RowMapper<TAggregate> map) : IBatchedQuery
    where TAggregate : Aggregate
{
    /// <summary>Waits until nobody else decides in turn; held to the end of the transaction.</summary>
    public const string Turn = "select from pg_advisory_xact_lock(77001520, 4)";

    // Waiting for the turn is no failure, so it may take longer than a row's lock. What follows waits as a batch does.
    private static readonly string[] TakeTurn = ["set local lock_timeout = '10s'", Turn, "set local lock_timeout = '1s'"];

    public void AddTo(NpgsqlBatch batch)
    {
        if (loading.InTurn)
        {
            foreach (var statement in TakeTurn)
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        }
        batch.BatchCommands.Add(map.Find(loading.Keys));
    }

    public async Task ReadAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        // The lock is a result too, of nothing.
        if (loading.InTurn)
            await rows.NextResultAsync(ct);
        foreach (var aggregate in await map.ReadAsync(rows, loading.Create, ct))
            loading.Unit.Track(aggregate);
    }
}
