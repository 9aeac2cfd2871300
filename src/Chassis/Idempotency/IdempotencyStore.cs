using Mannam.Chassis.Hosting;
using Mannam.Chassis.Messaging;
using Npgsql;

namespace Mannam.Chassis.Idempotency;

/// <summary>The keys that a service remembers, in its own database.</summary>
internal sealed class IdempotencyStore(NpgsqlDataSource database, Failpoints failpoints)
{
    /// <summary>How long a key is honoured.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>What is remembered by that id, or null.</summary>
    public async Task<IdempotencyRecord?> FindAsync(byte[] id)
    {
        await using var command = database.CreateCommand(
            "select body, request, saga, created, status, location, content_type, etag, answer from idempotency where id = $1"
        );
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = id });
        await using var rows = await command.ExecuteReaderAsync();
        if (!await rows.ReadAsync())
            return null;
        return new IdempotencyRecord
        {
            Id = id,
            Body = rows.GetFieldValue<byte[]>(0),
            Request = rows.GetGuid(1),
            Saga = rows.GetFieldValue<long?>(2),
            Created = rows.GetFieldValue<DateTimeOffset>(3),
            Status = rows.GetFieldValue<int?>(4),
            Location = Text(rows, 5),
            ContentType = Text(rows, 6),
            Etag = Text(rows, 7),
            Answer = Bytes(rows, 8),
        };
    }

    private static string? Text(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetString(column);

    private static byte[]? Bytes(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetFieldValue<byte[]>(column);

    /// <summary>Remembers the answer of a request, whether or not its row is there already.</summary>
    /// <returns>False when the key is another request's, or was answered before; then nothing is changed.</returns>
    public async Task<bool> AnswerAsync(IdempotencyRecord row)
    {
        await using var command = row.Answered(database);
        await failpoints.HitAsync("answer.committing");
        var done = await command.ExecuteNonQueryAsync() == 1;
        await failpoints.HitAsync("answer.committed");
        return done;
    }

    /// <summary>Forgets a request, so that its key may be asked again. Nothing happens when the key is another request's by now.</summary>
    public async Task ForgetAsync(byte[] id, Guid request)
    {
        await using var command = database.CreateCommand("delete from idempotency where id = $1 and request = $2");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = request });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Removes what was recorded too long ago, the oldest first. What was recorded in the future, by a wrong clock, counts from now.</summary>
    /// <returns>How many; fewer than <paramref name="most"/> when no more are left.</returns>
    public async Task<int> RemoveAsync(DateTimeOffset now, int most, CancellationToken ct)
    {
        await using var batch = database.CreateBatch();
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
        remove.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (now - Kept).UtcDateTime });
        remove.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        batch.BatchCommands.Add(remove);
        await batch.ExecuteNonQueryAsync(ct);
        return (int)remove.RecordsAffected;
    }
}
