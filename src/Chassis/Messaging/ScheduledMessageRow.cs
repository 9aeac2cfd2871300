namespace Mannam.Messaging;

/// <summary>The row of a scheduled message.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">The correlation key.</param>
/// <param name="Kind">The message's name.</param>
/// <param name="Data">Its fields, as JSON.</param>
/// <param name="SetAt">The time at which it was scheduled.</param>
/// <param name="Delay">The time from then until it is due.</param>
/// <param name="Context">The causation id and the trace parent of its cause.</param>
public sealed record ScheduledMessageRow(Guid Id, long Key, string Kind, string Data, DateTimeOffset SetAt, TimeSpan Delay, string Context)
    : StoredRow;

/// <summary>The removal of a scheduled message, in the transaction of the decision on it. If the message is gone, the transaction fails
/// (<see cref="StoreFailures.IsDone"/>): another attempt has decided.</summary>
/// <param name="Id">Its id.</param>
public sealed record DoneScheduledMessage(Guid Id) : StoredRow;
