using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>What a service's database forgets in the course of time.</summary>
/// <param name="commands">For idempotency keys and stray events, as requests.</param>
/// <param name="loops">For what the inbox remembers.</param>
internal sealed class PostgresRetention(NpgsqlDataSource commands, NpgsqlDataSource loops) : IRetentionStore
{
    // The ids are UUIDs of version 7, which ascend in time: the primary key leads to the old ones. Those that do not tell their time are the next
    // statement's. An array of them, as a plan does not know how few it will be. What is removed is not known any more: it is noted up to where.
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

    // Ids that are not of this time: few, or a foreign producer's. They are gone through seldom.
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
