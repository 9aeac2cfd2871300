using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mannam.Messaging;

/// <summary>A running request with an <c>Idempotency-Key</c>.</summary>
internal sealed class IdempotentRequest(
    string key,
    string path,
    string caller,
    ReadOnlySpan<byte> body,
    IIdempotencyStore store,
    DateTimeOffset now
) : IIdempotencyKey
{
    private Func<Aggregate, StoredResponse>? _answer;

    /// <summary>The id of a repetition: key, path and caller. It is a hash, so the path may have any length. The lengths are hashed too, so that different
    /// parts cannot form the same text.</summary>
    public byte[] Id { get; } =
        SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{key.Length} {path.Length} {key}{path}{caller}"))
        );

    public byte[] Body { get; } = SHA256.HashData(body);

    public Guid Request { get; } = Guid.CreateVersion7();

    public DateTimeOffset Created { get; } = now;

    /// <summary>The saga that it created or changed, after the commit.</summary>
    public long? Saga { get; private set; }

    /// <summary>Whether its record was committed, with its first decision.</summary>
    public bool IsRecorded => Saga is not null;

    /// <summary>Whether the record was committed with the answer.</summary>
    public bool IsAnswered => IsRecorded && _answer is not null;

    /// <summary>Declares that its first decision is also its last one, so the answer can be stored with it.</summary>
    public void AnsweredBy(Func<Aggregate, StoredResponse> answer) => _answer = answer;

    /// <summary>The record to store in the transaction of its first decision.</summary>
    public IdempotencyRecord Row(Aggregate decided) => new(Id, Body, Request, decided.Key, Created, _answer?.Invoke(decided));

    /// <summary>Notes that this transaction was committed.</summary>
    public void Recorded(long saga) => Saga ??= saga;

    /// <summary>Whether a commit failed because the key was taken.</summary>
    public bool IsTaken(Exception e) => store.IsTaken(e);

    /// <summary>Handles a commit that failed because the key was taken. The key is ours if an earlier commit succeeded and its answer was lost.</summary>
    /// <exception cref="KeyTakenException">The key belongs to another request.</exception>
    public async Task ResolveConflictAsync(long saga)
    {
        if ((await store.FindAsync(Id))?.Request != Request)
            throw new KeyTakenException();
        Recorded(saga);
    }
}

internal static class IdempotentRequests
{
    /// <summary>The request with an idempotency key that a decision belongs to; null if there is none.</summary>
    public static IdempotentRequest? Request(this MessageContext context) => (IdempotentRequest?)context.IdempotencyKey;
}
