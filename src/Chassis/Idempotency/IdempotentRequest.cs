using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mannam.Chassis.Storage;

namespace Mannam.Chassis.Idempotency;

/// <summary>A request that carries an <c>Idempotency-Key</c>, while it runs.</summary>
internal sealed class IdempotentRequest(
    string key,
    string path,
    string caller,
    ReadOnlySpan<byte> body,
    IdempotencyStore store,
    DateTimeOffset now
)
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

    /// <summary>The saga it began or acted on, once that is committed.</summary>
    public long? Saga { get; private set; }

    /// <summary>Whether its row was committed, with the first thing that it decided.</summary>
    public bool IsRecorded => Saga is not null;

    /// <summary>Whether the row was committed with the answer.</summary>
    public bool IsAnswered => IsRecorded && _answer is not null;

    /// <summary>Its first decision is also its last, so that the answer can be recorded with it.</summary>
    public void AnsweredBy(Func<Aggregate, StoredResponse> answer) => _answer = answer;

    /// <summary>What is to be inserted in the transaction of its first decision.</summary>
    public IdempotencyRecord Row(Aggregate decided)
    {
        var answer = _answer?.Invoke(decided);
        return new()
        {
            Id = Id,
            Body = Body,
            Request = Request,
            Saga = decided.Key,
            Created = Created,
            Status = answer?.Status,
            Location = answer?.Location,
            ContentType = answer?.ContentType,
            Etag = answer?.ETag,
            Answer = answer?.Body,
        };
    }

    /// <summary>That transaction was committed.</summary>
    public void Recorded(long saga) => Saga ??= saga;

    /// <summary>A commit failed because the key was taken. It is ours when an earlier commit was made though its answer was lost.</summary>
    /// <exception cref="KeyTakenException">It is another request's.</exception>
    public async Task ResolveConflictAsync(long saga)
    {
        if ((await store.FindAsync(Id))?.Request != Request)
            throw new KeyTakenException();
        Recorded(saga);
    }
}
