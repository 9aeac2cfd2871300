namespace Mannam.Messaging;

/// <summary>What a service remembers of a request that carried an <c>Idempotency-Key</c>: stored with the first thing that the request commits.</summary>
/// <param name="Id">SHA-256 of the key, the path and the caller.</param>
/// <param name="Body">SHA-256 of the request's body.</param>
/// <param name="Request">The one request that this is about; its events name it as their cause.</param>
/// <param name="Saga">The saga whose state tells what became of a request whose process died; null where nothing was decided on.</param>
/// <param name="Created">When the request began.</param>
/// <param name="Response">The answer; null until the request is answered.</param>
public sealed record IdempotencyRecord(byte[] Id, byte[] Body, Guid Request, long? Saga, DateTimeOffset Created, StoredResponse? Response)
    : StoredRow;

/// <summary>An answer as it is given again: by status, headers and body.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Location">The header; null where there is none.</param>
/// <param name="ContentType">The header; null where there is none.</param>
/// <param name="ETag">The header; null where there is none.</param>
/// <param name="Body">The body; empty where there is none.</param>
public sealed record StoredResponse(int Status, string? Location, string? ContentType, string? ETag, byte[] Body);

/// <summary>Another request recorded the same key in the meantime, so this request has not come about.</summary>
public sealed class KeyTakenException() : Exception("the Idempotency-Key was recorded by another request in the meantime");

/// <summary>The idempotency keys that a service remembers, in its own store.</summary>
public interface IIdempotencyStore
{
    /// <summary>What is remembered by that id; null where nothing is.</summary>
    Task<IdempotencyRecord?> FindAsync(byte[] id);

    /// <summary>Remembers the answer of a request, whether or not its record is there already.</summary>
    /// <returns>False when the key is another request's, or was answered before; then nothing is changed.</returns>
    Task<bool> AnswerAsync(IdempotencyRecord answered);

    /// <summary>Forgets a request, so that its key may be used again. Nothing happens when the key is another request's by now.</summary>
    Task ForgetAsync(byte[] id, Guid request);

    /// <summary>Whether a commit failed because the key was recorded before; nothing of that commit is stored.</summary>
    bool IsTaken(Exception e);
}

/// <summary>How long an idempotency key is honoured.</summary>
public static class IdempotencyRetention
{
    /// <summary>24 hours (spec README, "Safe to repeat").</summary>
    public static readonly TimeSpan Honoured = TimeSpan.FromHours(24);
}
