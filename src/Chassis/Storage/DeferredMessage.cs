using Mannam.Chassis.Messaging;
using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>An event that could not be handled when it came, with all that is needed to handle it without the topic.</summary>
internal sealed class DeferredMessage
{
    public long Key { get; init; }
    public required string Topic { get; init; }
    public int Partition { get; init; }
    public long Offset { get; init; }

    /// <summary>Null for a record that cannot be read.</summary>
    public Guid? EventId { get; init; }
    public required string Type { get; init; }
    public required string Headers { get; init; }
    public required string Value { get; init; }

    /// <summary>Why it is here, see <see cref="FailureOutcome"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>How often it failed by its own fault.</summary>
    public int Attempts { get; init; }
    public string? Error { get; init; }
    public DateTimeOffset Due { get; init; }

    /// <summary>When it was parked; null while it waits.</summary>
    public DateTimeOffset? ParkedAt { get; init; }

    /// <summary>How often others refused it, in a row.</summary>
    public int Refusals { get; init; }

    /// <summary>Why they did; null where nobody does.</summary>
    public string? Code { get; init; }

    /// <summary>Since when they do.</summary>
    public DateTimeOffset? RefusedSince { get; init; }

    /// <summary>When <see cref="Due"/> was set.</summary>
    public DateTimeOffset SetAt { get; init; }

    public static DeferredMessage Of(string topic, ReceivedEvent received, FailureOutcome outcome, DateTimeOffset now) =>
        new()
        {
            Key = received.Key,
            Topic = topic,
            Partition = received.Partition,
            Offset = received.Offset,
            EventId = received.Unreadable is null ? received.Id : null,
            Type = received.Type,
            Headers = Storable(received.Headers),
            Value = Storable(received.Value),
            Kind = outcome.Kind,
            Attempts = outcome.Attempts,
            Error = outcome.Error,
            Due = outcome.Due,
            ParkedAt = outcome.ParkedAt,
            SetAt = now,
            Refusals = outcome.Refusals,
            Code = outcome.Failure?.Code,
            RefusedSince = outcome.Failure is null ? null : now,
        };

    public NpgsqlBatchCommand Insert() =>
        new(
            """
            insert into waiting (key, topic, partition, "offset", event_id, type, headers, value, kind, attempts, error, due, parked_at,
                refusals, code, refused_since, set_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """
        )
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = Key },
                new NpgsqlParameter<string> { TypedValue = Topic },
                new NpgsqlParameter<int> { TypedValue = Partition },
                new NpgsqlParameter<long> { TypedValue = Offset },
                new NpgsqlParameter<Guid?> { TypedValue = EventId },
                new NpgsqlParameter<string> { TypedValue = Type },
                new NpgsqlParameter<string> { TypedValue = Headers },
                new NpgsqlParameter<string> { TypedValue = Value },
                new NpgsqlParameter<string> { TypedValue = Kind },
                new NpgsqlParameter<int> { TypedValue = Attempts },
                new NpgsqlParameter<string?> { TypedValue = Error },
                new NpgsqlParameter<DateTime> { TypedValue = Due.UtcDateTime },
                new NpgsqlParameter<DateTime?> { TypedValue = ParkedAt?.UtcDateTime },
                new NpgsqlParameter<int> { TypedValue = Refusals },
                new NpgsqlParameter<string?> { TypedValue = Code },
                new NpgsqlParameter<DateTime?> { TypedValue = RefusedSince?.UtcDateTime },
                new NpgsqlParameter<DateTime> { TypedValue = SetAt.UtcDateTime },
            },
        };

    // PostgreSQL's text holds every character but this one, and an unreadable record may hold anything.
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');
}
