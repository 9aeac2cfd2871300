using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Reads a service's own tables for operators. It uses the database directly, so the service need not run.</summary>
public static class ServiceTables
{
    private const string Blocked = """
        select 'events', kind, coalesce(code, ''), count(*), min(refused_since) from waiting where refused_since is not null group by 1, 2, 3
        union all
        select kind, split_part(code, ' ', 1), substr(code, position(' ' in code) + 1), count(*), min(failing_since) from due
        where failing_since is not null group by 1, 2, 3
        order by 1, 2, 3
        """;

    /// <summary>The numbers of events and scheduled messages, from one snapshot.</summary>
    /// <exception cref="PostgresException">The database does not exist, or was never used by this version.</exception>
    public static async Task<ServiceStatistics> StatisticsAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(database);
        await using var command = database.CreateCommand(
            """
            select (select count(*) from waiting where parked_at is null), (select count(*) from waiting where parked_at is not null),
                (select count(*) from outbox), (select count(*) from due),
                coalesce(array_agg(topic order by topic, partition), '{}'), coalesce(array_agg(partition order by topic, partition), '{}'),
                coalesce(array_agg(next order by topic, partition), '{}')
            from positions
            """
        );
        await using var rows = await command.ExecuteReaderAsync(ct);
        await rows.ReadAsync(ct);
        var (topics, partitions, next) = (rows.GetFieldValue<string[]>(4), rows.GetFieldValue<int[]>(5), rows.GetFieldValue<long[]>(6));
        return new(
            [.. topics.Select((topic, i) => (topic, partitions[i], next[i]))],
            rows.GetInt64(0),
            rows.GetInt64(1),
            rows.GetInt64(2),
            rows.GetInt64(3)
        );
    }

    internal static async Task<MessageCounts> CountAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(
            new("select (select count(*) from waiting where parked_at is null), (select count(*) from waiting where parked_at is not null)")
        );
        batch.BatchCommands.Add(new(Blocked));
        await using var rows = await batch.ExecuteReaderAsync(ct);
        await rows.ReadAsync(ct);
        var (waiting, parked) = (rows.GetInt64(0), rows.GetInt64(1));
        await rows.NextResultAsync(ct);
        var blocked = new List<BlockedWork>();
        while (await rows.ReadAsync(ct))
        {
            blocked.Add(
                new(
                    rows.GetString(0),
                    new ExternalFailure(rows.GetString(1), rows.GetString(2)),
                    rows.GetInt64(3),
                    rows.GetFieldValue<DateTimeOffset>(4)
                )
            );
        }

        return new(waiting, parked, blocked);
    }

    internal static async Task<bool> IsSettledAsync(NpgsqlDataSource database, long key, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            """
            select not exists (select 1 from outbox where key = $1) and not exists (select 1 from due where key = $1)
            and not exists (select 1 from waiting where key = $1 and parked_at is null)
            """
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key });
        return await command.ExecuteScalarAsync(ct) is true;
    }
}
