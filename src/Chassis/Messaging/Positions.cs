using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Guarantee 2, in SQL: the next offset of each partition, and the events handled, both in the service's own database.</summary>
internal static class Positions
{
    private const string Move = """
        update positions p set next = v.next from unnest($2, $3, $4) v(partition, expected, next)
        where p.topic = $1 and p.partition = v.partition and p.next = v.expected
        """;

    private const string Hold = """
        select 1 from positions p join unnest($2, $3) v(partition, expected) on p.partition = v.partition and p.next = v.expected
        where p.topic = $1 for share of p
        """;

    private const string Take = "insert into inbox (event_id) select * from unnest($1) on conflict do nothing returning event_id";

    /// <summary>Where reading goes on; a partition not met before from the beginning of history.</summary>
    public static async Task<Dictionary<int, long>> ReadAsync(
        NpgsqlDataSource database,
        string topic,
        IReadOnlyCollection<int> partitions,
        CancellationToken ct
    )
    {
        await using var command = database.CreateCommand(
            """
            with added as (insert into positions (topic, partition, next) select $1, p, 0 from unnest($2) p on conflict do nothing returning partition, next)
            select partition, next from added union all select partition, next from positions where topic = $1 and partition = any($2)
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = topic });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. partitions] });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var positions = new Dictionary<int, long>();
        while (await rows.ReadAsync(ct))
            positions[rows.GetInt32(0)] = rows.GetInt64(1);
        return positions;
    }

    /// <summary>In one round trip: moves (or, without <c>move</c>, holds) the positions, and takes the ids that were not handled before.</summary>
    /// <exception cref="FencedException">A partition's position is not the expected one: another replica reads it.</exception>
    public static async Task<HashSet<Guid>> TakeAsync(
        NpgsqlConnection connection,
        string topic,
        Moves moves,
        Guid[] ids,
        bool move,
        CancellationToken ct
    )
    {
        // Sorted, so that two who take the same ids wait for, and not against, each other.
        Array.Sort(ids);
        await using var batch = new NpgsqlBatch(connection);
        var positions = new NpgsqlBatchCommand(move ? Move : Hold);
        positions.Parameters.Add(new NpgsqlParameter<string> { TypedValue = topic });
        positions.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = moves.Partitions });
        positions.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = moves.Expected });
        if (move)
            positions.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = moves.Next });
        batch.BatchCommands.Add(positions);
        var take = new NpgsqlBatchCommand(Take);
        take.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        batch.BatchCommands.Add(take);

        var fresh = new HashSet<Guid>(ids.Length);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var held = 0;
        if (!move)
        {
            while (await rows.ReadAsync(ct))
                held++;
            await rows.NextResultAsync(ct);
        }
        while (await rows.ReadAsync(ct))
            fresh.Add(rows.GetGuid(0));
        await rows.CloseAsync();
        if ((move ? (int)positions.RecordsAffected : held) != moves.Partitions.Length)
            throw new FencedException();
        return fresh;
    }

    /// <summary>Positions of partitions, before and after.</summary>
    public sealed record Moves(int[] Partitions, long[] Expected, long[] Next);
}

/// <summary>Another replica has moved a position that this one thought was its own: what was begun is rolled back.</summary>
internal sealed class FencedException() : Exception("a partition's position was moved by another replica");
