using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>The scheduled messages of a service in its own database.</summary>
internal sealed class PostgresSchedule(NpgsqlDataSource database) : IScheduleStore
{
    // Selected once: a plain subquery may run once per compared row, and skips other rows each time.
    private const string Claim = """
        with first as materialized (
            select due_id from due where at <= $1 and kind = any($3) order by at, key, kind limit $4 for update skip locked
        )
        update due set at = $1 + $2, set_at = $1, attempts = attempts + 1 from first where due.due_id = first.due_id
        returning due.due_id, due.key, kind, data, attempts, cause
        """;

    /// <inheritdoc/>
    public async Task AddRecurringAsync(IReadOnlyList<string> kinds, DateTimeOffset now, CancellationToken ct)
    {
        // The id follows from the kind, so each kind exists once.
        await using var command = database.CreateCommand(
            """
            insert into due (due_id, key, kind, data, at, cause, attempts, set_at)
            select md5(kind)::uuid, 0, kind, '{}', $2, '', 0, $2 from unnest($1) kind on conflict do nothing
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. kinds] });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<(IReadOnlyList<ClaimedMessage> Claimed, DateTimeOffset StoreTime)> ClaimAsync(
        DateTimeOffset now,
        TimeSpan lease,
        IReadOnlyCollection<string> kinds,
        int max,
        CancellationToken ct
    )
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Rows.MakeDue("due", "at", "true", now));
        var command = new NpgsqlBatchCommand(Claim);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = lease });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. kinds] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        batch.BatchCommands.Add(command);
        batch.BatchCommands.Add(new("select clock_timestamp()"));
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var claimed = new List<ClaimedMessage>();
        while (await rows.ReadAsync(ct))
            claimed.Add(new(rows.GetGuid(0), rows.GetInt64(1), rows.GetString(2), rows.GetString(3), rows.GetInt32(4), rows.GetString(5)));
        await rows.NextResultAsync(ct);
        await rows.ReadAsync(ct);
        return (claimed, rows.GetFieldValue<DateTimeOffset>(0));
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(Guid id, CancellationToken ct)
    {
        await using var command = database.CreateCommand("delete from due where due_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <inheritdoc/>
    public async Task RepeatAsync(Guid id, DateTimeOffset at, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            "update due set at = $2, set_at = $3, attempts = 0, error = null, code = null, failing_since = null where due_id = $1"
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <inheritdoc/>
    public async Task RetryAsync(Guid id, DateTimeOffset at, DateTimeOffset now, string error, string failure, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            "update due set at = $2, set_at = $5, error = $3, code = $4, failing_since = coalesce(failing_since, $5) where due_id = $1"
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = error });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = failure });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        await command.ExecuteNonQueryAsync(ct);
    }
}
