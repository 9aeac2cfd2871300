namespace Mannam.Messaging;

/// <summary>An event that could not be handled when it arrived, with all data to handle it without the topic.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Event">The event, or the unreadable record.</param>
/// <param name="Outcome">The reason, and when it is due.</param>
/// <param name="SetAt">The time at which its due time was set.</param>
public sealed record DeferredMessage(string Topic, ReceivedEvent Event, FailureOutcome Outcome, DateTimeOffset SetAt) : StoredRow;
