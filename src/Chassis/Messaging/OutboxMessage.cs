namespace Mannam.Messaging;

/// <summary>An event on its way: stored with what it tells of, removed once the transport has it. The store numbers it as it is inserted, so that the
/// events of a commit keep their order.</summary>
/// <param name="EventId"><c>ce_id</c>.</param>
/// <param name="Key">The correlation key.</param>
/// <param name="Headers">The envelope, a JSON object of texts.</param>
/// <param name="Value">The event's fields, JSON.</param>
public sealed record OutboxMessage(Guid EventId, long Key, string Headers, string Value) : StoredRow;
