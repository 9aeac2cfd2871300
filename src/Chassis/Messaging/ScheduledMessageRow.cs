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
