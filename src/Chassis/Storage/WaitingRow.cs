using Mannam.Chassis.Messaging;

namespace Mannam.Chassis.Storage;

/// <summary>An event that could not be handled when it came, with all that is needed to handle it without the topic.</summary>
internal sealed class WaitingRow
{
    /// <summary>The order within a saga; kept when it is parked and replayed.</summary>
    public long WaitingId { get; private init; }
    public long Key { get; init; }
    public required string Topic { get; init; }
    public int Partition { get; init; }
    public long Offset { get; init; }

    /// <summary>Null for a record that cannot be read.</summary>
    public Guid? EventId { get; init; }
    public required string Type { get; init; }
    public required string Headers { get; init; }
    public required string Value { get; init; }

    /// <summary>Why it is here, see <see cref="Fate"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>How often its policy failed.</summary>
    public int Attempts { get; init; }
    public string? Error { get; init; }
    public DateTimeOffset Due { get; init; }

    /// <summary>When it was parked; null while it waits.</summary>
    public DateTimeOffset? ParkedAt { get; init; }

    public static WaitingRow Of(string topic, Received received, Fate fate) =>
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
            Kind = fate.Kind,
            Attempts = fate.Attempts,
            Error = fate.Error,
            Due = fate.Due,
            ParkedAt = fate.ParkedAt,
        };

    /// <summary>The event as the consumer would receive it.</summary>
    public Received Received() => Messaging.Received.Read(Partition, Offset, Key, Headers, Value);

    // PostgreSQL's text holds every character but this one, and an unreadable record may hold anything.
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');
}
