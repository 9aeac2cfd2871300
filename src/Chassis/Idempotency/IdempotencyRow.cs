using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mannam.Chassis.Idempotency;

/// <summary>What a service remembers of a request that carried an <c>Idempotency-Key</c>: inserted with the first thing that the request commits.</summary>
internal sealed class IdempotencyRow
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

    public KeptAnswer? Kept => Status is { } status ? new KeptAnswer(status, Location, ContentType, Etag, Answer!) : null;

    public static void Map(ModelBuilder model)
    {
        var row = model.Entity<IdempotencyRow>();
        row.ToTable("idempotency").HasKey(r => r.Id);
        row.Property(r => r.Id).ValueGeneratedNever();
        row.Ignore(r => r.Kept);
    }

    /// <summary>Whether a commit failed because the key was recorded before; nothing of that commit is stored.</summary>
    public static bool IsTaken(Exception e) =>
        (e as PostgresException ?? e.InnerException as PostgresException)
            is { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "idempotency" };
}

/// <summary>Somebody else recorded the same key in the meantime, so this request has not come about.</summary>
internal sealed class KeyTakenException() : Exception("the Idempotency-Key was recorded by another request in the meantime");
