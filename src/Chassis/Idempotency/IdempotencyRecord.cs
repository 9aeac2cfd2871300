using Npgsql;

namespace Mannam.Chassis.Idempotency;

/// <summary>What a service remembers of a request that carried an <c>Idempotency-Key</c>: inserted with the first thing that the request commits.</summary>
internal sealed class IdempotencyRecord
{
    /// <summary>SHA-256 of the key, the path and the caller.</summary>
    public required byte[] Id { get; init; }

    /// <summary>SHA-256 of the request's body.</summary>
    public required byte[] Body { get; init; }

    /// <summary>The one request that this is about; its events name it as their cause.</summary>
    public required Guid Request { get; init; }

    /// <summary>The saga whose state tells what became of a request whose process died; null where nothing was decided on.</summary>
    public required long? Saga { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>The answer's status; null, as all that follows, until the request is answered.</summary>
    public required int? Status { get; init; }

    public required string? Location { get; init; }

    public required string? ContentType { get; init; }

    public required string? Etag { get; init; }

    public required byte[]? Answer { get; init; }

    public StoredResponse? Kept => Status is { } status ? new StoredResponse(status, Location, ContentType, Etag, Answer!) : null;

    private const string Into =
        "insert into idempotency as known (id, body, request, saga, created, status, location, content_type, etag, answer) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

    /// <summary>The row, which must not be there yet.</summary>
    public NpgsqlBatchCommand Insert()
    {
        var insert = new NpgsqlBatchCommand(Into);
        AddTo(insert.Parameters);
        return insert;
    }

    /// <summary>The row, or the answer alone where the row is there; affects none when the key is another request's, or was answered before.</summary>
    public NpgsqlCommand Answered(NpgsqlDataSource database)
    {
        var upsert = database.CreateCommand(
            $"{Into} on conflict (id) do update set status = $6, location = $7, content_type = $8, etag = $9, answer = $10 where known.request = $3 and known.status is null"
        );
        AddTo(upsert.Parameters);
        return upsert;
    }

    private void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Id });
        parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Body });
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Request });
        parameters.Add(new NpgsqlParameter<long?> { TypedValue = Saga });
        parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = Created.UtcDateTime });
        parameters.Add(new NpgsqlParameter<int?> { TypedValue = Status });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = Location });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = ContentType });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = Etag });
        parameters.Add(new NpgsqlParameter<byte[]?> { TypedValue = Answer });
    }

    /// <summary>Whether a commit failed because the key was recorded before; nothing of that commit is stored.</summary>
    public static bool IsTaken(Exception e) =>
        (e as PostgresException ?? e.InnerException as PostgresException)
            is { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "idempotency" };
}

/// <summary>Somebody else recorded the same key in the meantime, so this request has not come about.</summary>
internal sealed class KeyTakenException() : Exception("the Idempotency-Key was recorded by another request in the meantime");
