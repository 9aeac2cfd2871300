using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Guarantee 2, in SQL: the next offset of each partition, and the handled events, both in the service's own database.</summary>
internal static class PositionTable
{
    private const string Move = """
        update positions p set next = v.next, last = v.last from unnest($2, $3, $4, $5, $6) v(partition, expected, expected_last, next, last)
        where p.topic = $1 and p.partition = v.partition and p.next = v.expected and p.last is not distinct from v.expected_last
        """;

    // One statement, so one snapshot: an event is taken exactly if its saga does not wait. A saga's events are handled in order, so if one waits, all do.
    private const string Take = """
        with waits as materialized (select distinct key from waiting where key = any($2) and parked_at is null),
        taken as (
            insert into inbox (event_id) select e.id from unnest($1, $2) e(id, key) where e.key not in (select key from waits)
            on conflict do nothing returning event_id
        )
        select event_id, null::bigint from taken union all select null::uuid, key from waits
        """;

    /// <summary>The positions where reading goes on. A new partition starts at the beginning of history.</summary>
    public static async Task<Dictionary<int, StoredPosition>> ReadAsync(
        NpgsqlDataSource database,
        string topic,
        IReadOnlyCollection<int> partitions,
        CancellationToken ct
    )
    {
        await using var command = database.CreateCommand(
            """
            with added as (
                insert into positions (topic, partition, next) select $1, p, 0 from unnest($2) p on conflict do nothing
                returning partition, next, history, last, handled_below
            )
            select * from added
            union all select partition, next, history, last, handled_below from positions where topic = $1 and partition = any($2)
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = topic });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. partitions] });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var positions = new Dictionary<int, StoredPosition>();
        while (await rows.ReadAsync(ct))
        {
            var position = new Position(
                rows.GetInt64(1),
                rows.IsDBNull(2) ? null : rows.GetString(2),
                rows.IsDBNull(3) ? null : rows.GetGuid(3)
            );
            positions[rows.GetInt32(0)] = new(position, rows.IsDBNull(4) ? null : rows.GetGuid(4));
        }
        return positions;
    }

    /// <summary>Changes a position, or the history that it belongs to.</summary>
    /// <param name="again">Whether the partition is read again: then events that the inbox has removed count as handled.</param>
    /// <exception cref="FencedException">The stored position is another one: another replica reads the partition.</exception>
    public static async Task<StoredPosition> ChangeAsync(
        NpgsqlDataSource database,
        (string Topic, int Partition) place,
        Position expected,
        Position changed,
        bool again,
        CancellationToken ct
    )
    {
        await using var command = database.CreateCommand(
            """
            update positions p set next = $3, history = $4, last = $5, handled_below = case when $6 then f.newest else p.handled_below end
            from forgotten f where p.topic = $1 and p.partition = $2
            and p.next = $7 and p.history is not distinct from $8 and p.last is not distinct from $9 returning p.handled_below
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = place.Topic });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = place.Partition });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = changed.Next });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = changed.History });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = changed.Last });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = again });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = expected.Next });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = expected.History });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = expected.Last });
        await using var rows = await command.ExecuteReaderAsync(ct);
        return await rows.ReadAsync(ct) ? new(changed, rows.IsDBNull(0) ? null : rows.GetGuid(0)) : throw new FencedException();
    }

    /// <summary>In one round trip: moves the positions, takes the events that were not handled before, returns the sagas that wait, and sends the given
    /// query.</summary>
    /// <param name="waits">How long the transaction waits for a locked row.</param>
    /// <param name="loading">The additional query; null for none.</param>
    /// <exception cref="FencedException">A stored position is not the expected one: another replica reads the partition.</exception>
    public static async Task<(HashSet<Guid> Fresh, HashSet<long> Waiting)> TakeAsync(
        NpgsqlConnection connection,
        string topic,
        PositionMoves moves,
        IEnumerable<ReceivedEvent> events,
        TimeSpan waits,
        IBatchedQuery? loading,
        CancellationToken ct
    )
    {
        // Sorted, so that two transactions lock ids in the same order and cannot deadlock.
        var (ids, keys) = (events.Select(e => e.Id).ToArray(), events.Select(e => e.Key).ToArray());
        Array.Sort(ids, keys);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockTimeout(waits)));
        var move = new NpgsqlBatchCommand(Move);
        move.Parameters.Add(new NpgsqlParameter<string> { TypedValue = topic });
        move.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = moves.Partitions });
        move.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. moves.Expected.Select(m => m.Next)] });
        move.Parameters.Add(new NpgsqlParameter<Guid?[]> { TypedValue = [.. moves.Expected.Select(m => m.Last)] });
        move.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. moves.Next.Select(m => m.Next)] });
        move.Parameters.Add(new NpgsqlParameter<Guid?[]> { TypedValue = [.. moves.Next.Select(m => m.Last)] });
        batch.BatchCommands.Add(move);
        var take = new NpgsqlBatchCommand(Take);
        take.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        take.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = keys });
        batch.BatchCommands.Add(take);
        loading?.AddTo(batch);

        var (fresh, waiting) = (new HashSet<Guid>(ids.Length), new HashSet<long>());
        await using var rows = await batch.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            if (rows.IsDBNull(0))
                waiting.Add(rows.GetInt64(1));
            else
                fresh.Add(rows.GetGuid(0));
        }
        if (loading is not null)
        {
            await rows.NextResultAsync(ct);
            await loading.ReadAsync(rows, ct);
        }
        await rows.CloseAsync();
        if ((int)move.RecordsAffected != moves.Partitions.Length)
            throw new FencedException();
        return (fresh, waiting);
    }

    /// <summary>Limits the wait for a locked row for the rest of the transaction.</summary>
    public static string LockTimeout(TimeSpan waits) => $"set local lock_timeout = {(int)waits.TotalMilliseconds}";
}
