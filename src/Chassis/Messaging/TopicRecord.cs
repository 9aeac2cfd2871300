using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Mannam.Messaging;

/// <summary>A record of a topic: CloudEvents 1.0 in Kafka's binary mode.</summary>
/// <param name="Key">The correlation key, which decides the partition.</param>
/// <param name="Headers">The CloudEvents envelope, a JSON object of strings.</param>
/// <param name="Value">The event's fields, flat, with <c>eventType</c> and <c>timestamp</c>.</param>
public sealed record TopicRecord(long Key, string Headers, string Value);

/// <summary>A received record, with its place and the parts of its envelope that the chassis uses.</summary>
public sealed class ReceivedEvent
{
    public required int Partition { get; init; }
    public required long Offset { get; init; }

    /// <summary>The correlation key; 0 if an unreadable record has none.</summary>
    public required long Key { get; init; }
    public required string Headers { get; init; }
    public required string Value { get; init; }

    /// <summary><c>ce_id</c>, which the inbox stores.</summary>
    public required Guid Id { get; init; }

    /// <summary><c>ce_type</c>: the name of the event, which selects the policy.</summary>
    public required string Type { get; init; }

    /// <summary><c>ce_source</c>: the producer, such as <c>/taxi/catch</c>.</summary>
    public required string Source { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string TraceParent { get; init; }

    /// <summary>Why the record is not CloudEvents 1.0 as Mannam writes it; null for an event. An unreadable record has only place, key, headers and
    /// value.</summary>
    public string? Unreadable { get; init; }

    /// <summary>Identifies the record at its place: its id, or a hash of its bytes.</summary>
    internal Guid Fingerprint =>
        Unreadable is null ? Id : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{Key} {Headers} {Value}")).AsSpan(0, 16));

    /// <summary>The envelope that policies see.</summary>
    public EventEnvelope Envelope => new(Id, Type, Source, Time, Key);

    /// <summary>Reads a record of a topic. An unreadable record is returned as such, because an exception would block the records after it.</summary>
    public static ReceivedEvent Read(int partition, long offset, long key, string headers, string value)
    {
        try
        {
            using var json = JsonDocument.Parse(headers);
            string Text(string name) => json.RootElement.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");
            return new ReceivedEvent
            {
                Partition = partition,
                Offset = offset,
                Key = key,
                Headers = headers,
                Value = value,
                Id = Guid.Parse(Text("ce_id")),
                Type = Text("ce_type"),
                Source = Text("ce_source"),
                Time = DateTimeOffset.Parse(Text("ce_time"), System.Globalization.CultureInfo.InvariantCulture),
                TraceParent = Text("ce_traceparent"),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return OfUnreadable(partition, offset, key, headers, value, $"no CloudEvents envelope: {e.Message}");
        }
    }

    /// <summary>A record that the transport itself cannot read.</summary>
    /// <param name="why">The reason.</param>
    public static ReceivedEvent OfUnreadable(int partition, long offset, long key, string headers, string value, string why) =>
        new()
        {
            Partition = partition,
            Offset = offset,
            Key = key,
            Headers = headers,
            Value = value,
            Id = Guid.Empty,
            Type = "",
            Source = "",
            Time = default,
            TraceParent = "",
            Unreadable = why,
        };
}
