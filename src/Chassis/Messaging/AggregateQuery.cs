using Mannam.Chassis.Storage;
using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Something that is asked for together with something else, in one round trip.</summary>
internal interface IBatchedQuery
{
    /// <summary>Adds the statements.</summary>
    void AddTo(NpgsqlBatch batch);

    /// <summary>Reads their answers; the reader stands at the first.</summary>
    Task ReadAsync(NpgsqlDataReader rows, CancellationToken ct);

    /// <summary>Asks for it alone.</summary>
    async Task LoadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddTo(batch);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        await ReadAsync(rows, ct);
    }
}

/// <summary>Loads the aggregates that events are to be handled by.</summary>
/// <param name="inTurn">Waits until no other replica decides in turn; whoever has the turn reads what the one before has committed.</param>
internal sealed class AggregateQuery<TAggregate>(
    UnitOfWork<TAggregate> unit,
    RowMapper<TAggregate> map,
    Func<long, TAggregate> create,
    IEnumerable<long> keys,
    bool inTurn
) : IBatchedQuery
    where TAggregate : Aggregate
{
    // Waiting for the turn is no failure, so it may take longer than a row's lock. What follows waits as a batch does.
    private static readonly string[] TakeTurn =
    [
        "set local lock_timeout = '10s'",
        "select from pg_advisory_xact_lock(77001520, 4)",
        "set local lock_timeout = '1s'",
    ];

    public void AddTo(NpgsqlBatch batch)
    {
        if (inTurn)
        {
            foreach (var statement in TakeTurn)
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        }
        batch.BatchCommands.Add(map.Find(keys));
    }

    public async Task ReadAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        // The lock is a result too, of nothing.
        if (inTurn)
            await rows.NextResultAsync(ct);
        foreach (var aggregate in await map.ReadAsync(rows, create, ct))
            unit.Track(aggregate);
    }
}
