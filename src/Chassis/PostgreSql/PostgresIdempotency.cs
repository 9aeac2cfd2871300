using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>A service's idempotency keys in its own database.</summary>
internal sealed class PostgresIdempotency(NpgsqlDataSource database, Failpoints failpoints) : IIdempotencyStore
{
    /// <summary>Stores a record; fails if it exists.</summary>
    public const string Into =
        "insert into idempotency as known (id, body, request, saga, created, status, location, content_type, etag, answer) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

    // Changes no row if the key belongs to another request, or already has an answer.
    private const string Answered =
        Into
        + " on conflict (id) do update set status = $6, location = $7, content_type = $8, etag = $9, answer = $10 where known.request = $3 and known.status is null";

    /// <inheritdoc/>
    public async Task<IdempotencyRecord?> FindAsync(byte[] id)
    {
        await using var command = database.CreateCommand(
            "select body, request, saga, created, status, location, content_type, etag, answer from idempotency where id = $1"
        );
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = id });
        await using var rows = await command.ExecuteReaderAsync();
        if (!await rows.ReadAsync())
            return null;
        var response = rows.IsDBNull(4)
            ? null
            : new StoredResponse(rows.GetInt32(4), Text(rows, 5), Text(rows, 6), Text(rows, 7), rows.GetFieldValue<byte[]>(8));
        return new(
            id,
            rows.GetFieldValue<byte[]>(0),
            rows.GetGuid(1),
            rows.GetFieldValue<long?>(2),
            rows.GetFieldValue<DateTimeOffset>(3),
            response
        );
    }

    private static string? Text(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetString(column);

    /// <inheritdoc/>
    public async Task<bool> AnswerAsync(IdempotencyRecord answered)
    {
        await using var command = database.CreateCommand(Answered);
        AddTo(command.Parameters, answered);
        await failpoints.HitAsync("answer.committing");
        var done = await command.ExecuteNonQueryAsync() == 1;
        await failpoints.HitAsync("answer.committed");
        return done;
    }

    /// <inheritdoc/>
    public async Task ForgetAsync(byte[] id, Guid request)
    {
        await using var command = database.CreateCommand("delete from idempotency where id = $1 and request = $2");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = request });
        await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public bool IsTaken(Exception e) =>
        (e as PostgresException ?? e.InnerException as PostgresException)
            is { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "idempotency" };

    /// <summary>Adds a record's values, in the order of <see cref="Into"/>.</summary>
    public static void AddTo(NpgsqlParameterCollection parameters, IdempotencyRecord record)
    {
        parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = record.Id });
        parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = record.Body });
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = record.Request });
        parameters.Add(new NpgsqlParameter<long?> { TypedValue = record.Saga });
        parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = record.Created.UtcDateTime });
        parameters.Add(new NpgsqlParameter<int?> { TypedValue = record.Response?.Status });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = record.Response?.Location });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = record.Response?.ContentType });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = record.Response?.ETag });
        parameters.Add(new NpgsqlParameter<byte[]?> { TypedValue = record.Response?.Body });
    }
}
