namespace Mannam.Messaging;

/// <summary>A scheduled message, and when it is due.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">The correlation key.</param>
/// <param name="Kind">The message's name.</param>
/// <param name="Data">Its fields, JSON.</param>
/// <param name="SetAt">When it was scheduled.</param>
/// <param name="Delay">How long after that it is due.</param>
/// <param name="Context">The causation id and the trace parent that it follows from.</param>
public sealed record ScheduledMessageRow(Guid Id, long Key, string Kind, string Data, DateTimeOffset SetAt, TimeSpan Delay, string Context)
    : StoredRow;

/// <summary>The removal of a scheduled message that was done, in the transaction of what was decided on it. Where it is not there any more, the transaction
/// fails (<see cref="StoreFailures.IsDone"/>): somebody else has decided.</summary>
/// <param name="Id">Its id.</param>
public sealed record DoneScheduledMessage(Guid Id) : StoredRow;
