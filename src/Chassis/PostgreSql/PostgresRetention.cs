using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Removes expired rows from a service's database.</summary>
/// <param name="commands">For idempotency keys and stray events, like requests.</param>
/// <param name="loops">For the inbox.</param>
internal sealed class PostgresRetention(NpgsqlDataSource commands, NpgsqlDataSource loops) : IRetentionStore
{
    // UUIDs of version 7 ascend in time, so the primary key finds the old ones. The next statement removes ids without a time. The array keeps the plan
    // efficient for few rows. The highest removed id is recorded, because its event is no longer known.
    private const string HandledEvents = """
        with gone as (
            delete from inbox where event_id = any(array(select event_id from inbox where event_id < $1 and at < $2 order by event_id limit $3))
            returning event_id
        ), noted as (
            update forgotten f set newest = g.event_id
            from (select event_id from gone where substr(event_id::text, 15, 1) = '7' order by event_id desc limit 1) g where f.newest < g.event_id
        )
        select count(*)::int from gone
        """;

    // Ids with another or no time: few, or from a foreign producer. They are checked rarely.
    private const string StrayEvents = """
        delete from inbox where event_id = any(array(select event_id from inbox where event_id > $1 and at < $2 order by event_id limit $3))
        """;

    /// <inheritdoc/>
    public async Task<int> RemoveKeysAsync(DateTimeOffset now, DateTimeOffset before, int max, CancellationToken ct)
    {
        await using var batch = commands.CreateBatch();
        batch.BatchCommands.Add(
            new("update idempotency set created = $1 where created > $2")
            {
                Parameters =
                {
                    new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime },
                    new NpgsqlParameter<DateTime> { TypedValue = (now + FutureTimestamps.Tolerance).UtcDateTime },
                },
            }
        );
        var remove = new NpgsqlBatchCommand(
            "delete from idempotency where id = any(array(select id from idempotency where created <= $1 order by created limit $2))"
        );
        remove.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
        remove.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        batch.BatchCommands.Add(remove);
        await batch.ExecuteNonQueryAsync(ct);
        return (int)remove.RecordsAffected;
    }

    /// <inheritdoc/>
    public async Task<int> RemoveHandledAsync(DateTimeOffset before, int max, CancellationToken ct)
    {
        await using var command = loops.CreateCommand(HandledEvents);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(before) });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <inheritdoc/>
    public async Task<int> RemoveStrayAsync(DateTimeOffset now, DateTimeOffset before, int max, CancellationToken ct)
    {
        await using var command = commands.CreateCommand(StrayEvents);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(now.AddDays(1)) });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        return await command.ExecuteNonQueryAsync(ct);
    }
}
