namespace Mannam.Messaging;

/// <summary>An event that could not be handled when it came, with all that is needed to handle it without the topic.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Event">The event, or the record that cannot be read.</param>
/// <param name="Outcome">Why it is here.</param>
/// <param name="SetAt">When its due time was set.</param>
public sealed record DeferredMessage(string Topic, ReceivedEvent Event, FailureOutcome Outcome, DateTimeOffset SetAt) : StoredRow;
