namespace Mannam.Messaging;

/// <summary>The stored record of a request with an <c>Idempotency-Key</c>. The request's first commit stores it.</summary>
/// <param name="Id">SHA-256 of the key, the path and the caller.</param>
/// <param name="Body">SHA-256 of the request's body.</param>
/// <param name="Request">The id of the request; its events have it as their cause.</param>
/// <param name="Saga">The saga whose state shows the outcome of a request whose process died; null if nothing was decided.</param>
/// <param name="Created">The time at which the request began.</param>
/// <param name="Response">The answer; null until the request is answered.</param>
public sealed record IdempotencyRecord(byte[] Id, byte[] Body, Guid Request, long? Saga, DateTimeOffset Created, StoredResponse? Response)
    : StoredRow;

/// <summary>A stored answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Location">The header; null if absent.</param>
/// <param name="ContentType">The header; null if absent.</param>
/// <param name="ETag">The header; null if absent.</param>
/// <param name="Body">The body; empty if absent.</param>
public sealed record StoredResponse(int Status, string? Location, string? ContentType, string? ETag, byte[] Body);

/// <summary>Another request has recorded the same key, so this request has stored nothing.</summary>
public sealed class KeyTakenException() : Exception("the Idempotency-Key was recorded by another request in the meantime");

/// <summary>Port: the stored idempotency keys of a service.</summary>
public interface IIdempotencyStore
{
    /// <summary>The record of this id; null if there is none.</summary>
    Task<IdempotencyRecord?> FindAsync(byte[] id);

    /// <summary>Stores the answer of a request, with or without an existing record.</summary>
    /// <returns>False if the key belongs to another request, or already has an answer; then nothing is changed.</returns>
    Task<bool> AnswerAsync(IdempotencyRecord answered);

    /// <summary>Removes the record, so that its key may be used again. It does nothing if the key belongs to another request by now.</summary>
    Task ForgetAsync(byte[] id, Guid request);

    /// <summary>Whether a commit failed because the key was already recorded. Nothing of that commit is stored.</summary>
    bool IsTaken(Exception e);
}

/// <summary>The retention of idempotency keys.</summary>
public static class IdempotencyRetention
{
    /// <summary>24 hours (spec README, "Safe to repeat").</summary>
    public static readonly TimeSpan Honoured = TimeSpan.FromHours(24);
}
