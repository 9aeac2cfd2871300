namespace Mannam.Messaging;

/// <summary>An unsent event: stored with its change, removed after it is published. The store numbers rows when they are inserted, so the events of a
/// commit keep their order.</summary>
/// <param name="EventId"><c>ce_id</c>.</param>
/// <param name="Key">The correlation key.</param>
/// <param name="Headers">The envelope, a JSON object of strings.</param>
/// <param name="Value">The event's fields, as JSON.</param>
public sealed record OutboxMessage(Guid EventId, long Key, string Headers, string Value) : StoredRow;
