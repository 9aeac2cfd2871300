using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mannam.Messaging;

/// <summary>A request that carries an <c>Idempotency-Key</c>, while it runs.</summary>
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

    /// <summary>What it is repeated by: the key belongs to a path and a caller. Hashed, so that a long path is as good as any; the lengths keep apart
    /// what would read the same.</summary>
    public byte[] Id { get; } =
        SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{key.Length} {path.Length} {key}{path}{caller}"))
        );

    public byte[] Body { get; } = SHA256.HashData(body);

    public Guid Request { get; } = Guid.CreateVersion7();

    public DateTimeOffset Created { get; } = now;

    /// <summary>The saga that it began or acted on, once that is committed.</summary>
    public long? Saga { get; private set; }

    /// <summary>Whether its record was committed, with the first thing that it decided.</summary>
    public bool IsRecorded => Saga is not null;

    /// <summary>Whether the record was committed with the answer.</summary>
    public bool IsAnswered => IsRecorded && _answer is not null;

    /// <summary>Its first decision is also its last one, so that the answer can be recorded with it.</summary>
    public void AnsweredBy(Func<Aggregate, StoredResponse> answer) => _answer = answer;

    /// <summary>What is to be stored in the transaction of its first decision.</summary>
    public IdempotencyRecord Row(Aggregate decided) => new(Id, Body, Request, decided.Key, Created, _answer?.Invoke(decided));

    /// <summary>That transaction was committed.</summary>
    public void Recorded(long saga) => Saga ??= saga;

    /// <summary>Whether a commit failed because the key was taken.</summary>
    public bool IsTaken(Exception e) => store.IsTaken(e);

    /// <summary>A commit failed because the key was taken. The key is ours when an earlier commit was made though its answer was lost.</summary>
    /// <exception cref="KeyTakenException">It is another request's.</exception>
    public async Task ResolveConflictAsync(long saga)
    {
        if ((await store.FindAsync(Id))?.Request != Request)
            throw new KeyTakenException();
        Recorded(saga);
    }
}

internal static class IdempotentRequests
{
    /// <summary>The request with an idempotency key that a decision belongs to; null where there is none.</summary>
    public static IdempotentRequest? Request(this MessageContext context) => (IdempotentRequest?)context.IdempotencyKey;
}
