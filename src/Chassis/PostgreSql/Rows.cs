using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Writes the rows of messaging's own tables.</summary>
internal static class Rows
{
    /// <summary>The statement that stores a row.</summary>
    public static NpgsqlBatchCommand Statement(StoredRow row) =>
        row switch
        {
            OutboxMessage message => Insert(message),
            ScheduledMessageRow message => Insert(message),
            DeferredMessage message => Insert(message),
            IdempotencyRecord record => Insert(record),
            HandledDeferredMessage handled => new("delete from waiting where waiting_id = $1")
            {
                Parameters = { new NpgsqlParameter<long> { TypedValue = handled.Id } },
            },
            DoneScheduledMessage done => new(
                "with done as (delete from due where due_id = $1 returning 1) select is_done() where not exists (select from done)"
            )
            {
                Parameters = { new NpgsqlParameter<Guid> { TypedValue = done.Id } },
            },
            _ => throw new InvalidOperationException($"no table is known for {row.GetType().Name}"),
        };

    private static NpgsqlBatchCommand Insert(OutboxMessage message) =>
        new("insert into outbox (event_id, key, headers, value) values ($1, $2, $3::json, $4::json)")
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = message.EventId },
                new NpgsqlParameter<long> { TypedValue = message.Key },
                new NpgsqlParameter<string> { TypedValue = message.Headers },
                new NpgsqlParameter<string> { TypedValue = message.Value },
            },
        };

    private static NpgsqlBatchCommand Insert(ScheduledMessageRow message) =>
        new("insert into due (due_id, key, kind, data, at, cause, attempts, set_at) values ($1, $2, $3, $4::json, $5, $6, 0, $7)")
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = message.Id },
                new NpgsqlParameter<long> { TypedValue = message.Key },
                new NpgsqlParameter<string> { TypedValue = message.Kind },
                new NpgsqlParameter<string> { TypedValue = message.Data },
                new NpgsqlParameter<DateTime> { TypedValue = (message.SetAt + message.Delay).UtcDateTime },
                new NpgsqlParameter<string> { TypedValue = message.Context },
                new NpgsqlParameter<DateTime> { TypedValue = message.SetAt.UtcDateTime },
            },
        };

    private static NpgsqlBatchCommand Insert(DeferredMessage message)
    {
        var (received, outcome) = (message.Event, message.Outcome);
        return new(
            """
            insert into waiting (key, topic, partition, "offset", event_id, type, headers, value, kind, attempts, error, due, parked_at,
                refusals, code, refused_since, set_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """
        )
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = received.Key },
                new NpgsqlParameter<string> { TypedValue = message.Topic },
                new NpgsqlParameter<int> { TypedValue = received.Partition },
                new NpgsqlParameter<long> { TypedValue = received.Offset },
                new NpgsqlParameter<Guid?> { TypedValue = received.Unreadable is null ? received.Id : null },
                new NpgsqlParameter<string> { TypedValue = received.Type },
                new NpgsqlParameter<string> { TypedValue = Storable(received.Headers) },
                new NpgsqlParameter<string> { TypedValue = Storable(received.Value) },
                new NpgsqlParameter<string> { TypedValue = outcome.Kind },
                new NpgsqlParameter<int> { TypedValue = outcome.Attempts },
                new NpgsqlParameter<string?> { TypedValue = outcome.Error },
                new NpgsqlParameter<DateTime> { TypedValue = outcome.Due.UtcDateTime },
                new NpgsqlParameter<DateTime?> { TypedValue = outcome.ParkedAt?.UtcDateTime },
                new NpgsqlParameter<int> { TypedValue = outcome.Refusals },
                new NpgsqlParameter<string?> { TypedValue = outcome.Failure?.Code },
                new NpgsqlParameter<DateTime?> { TypedValue = outcome.Failure is null ? null : message.SetAt.UtcDateTime },
                new NpgsqlParameter<DateTime> { TypedValue = message.SetAt.UtcDateTime },
            },
        };
    }

    private static NpgsqlBatchCommand Insert(IdempotencyRecord record)
    {
        var insert = new NpgsqlBatchCommand(PostgresIdempotency.Into);
        PostgresIdempotency.AddTo(insert.Parameters, record);
        return insert;
    }

    /// <summary>Makes rows due whose time was set in the future.</summary>
    /// <param name="table">The table, with an indexed column <c>set_at</c>.</param>
    /// <param name="due">Its column with the due time.</param>
    /// <param name="waits">The condition of waiting rows.</param>
    /// <param name="now">The current time.</param>
    public static NpgsqlBatchCommand MakeDue(string table, string due, string waits, DateTimeOffset now) =>
        new($"update {table} set {due} = $1, set_at = $1 where {waits} and set_at > $2")
        {
            Parameters =
            {
                new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime },
                new NpgsqlParameter<DateTime> { TypedValue = (now + FutureTimestamps.Tolerance).UtcDateTime },
            },
        };

    // PostgreSQL's text can hold all characters except this one, and an unreadable record may contain it.
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');
}
