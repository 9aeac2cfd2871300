using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>A query that is sent together with others, in one round trip.</summary>
internal interface IBatchedQuery
{
    /// <summary>Adds its statements to a batch.</summary>
    void AddTo(NpgsqlBatch batch);

    /// <summary>Reads its results; the reader is at the first one.</summary>
    Task ReadAsync(NpgsqlDataReader rows, CancellationToken ct);
}

internal static class BatchedQueries
{
    /// <summary>Sends it alone.</summary>
    public static async Task LoadAsync(this IBatchedQuery query, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        query.AddTo(batch);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        await query.ReadAsync(rows, ct);
    }
}

/// <summary>Loads the aggregates of a batch of events.</summary>
/// <param name="loading">The aggregates.</param>
/// <param name="map">Their row mapper.</param>
internal sealed class AggregateQuery<TAggregate>(Loading<TAggregate> loading, RowMapper<TAggregate> map) : IBatchedQuery
    where TAggregate : Aggregate
{
    /// <summary>Takes the lock of decisions that compare sagas; held until the end of the transaction.</summary>
    public const string Turn = "select from pg_advisory_xact_lock(77001520, 4)";

    // A wait for this lock is no failure, so it may be longer than for a row. Later statements have the timeout of a batch.
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
        // The lock statement has a result too, without columns.
        if (loading.InTurn)
            await rows.NextResultAsync(ct);
        foreach (var aggregate in await map.ReadAsync(rows, loading.Create, ct))
            loading.Unit.Track(aggregate);
    }
}
