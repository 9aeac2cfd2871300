namespace Mannam.Chassis.Messaging;

/// <summary>An event on its way: committed with what it tells of, removed once the transport has it.</summary>
internal sealed class OutboxRow
{
    private static long _raised;

    /// <summary>Ascending in the order in which this process raised its events. Not stored: the rows' ids ascend with it within a commit.</summary>
    public long Raised { get; } = Interlocked.Increment(ref _raised);
    public Guid EventId { get; init; }
    public long Key { get; init; }
    public required string Headers { get; init; }
    public required string Value { get; init; }

    /// <summary>A row that is never committed.</summary>
    public static OutboxRow Nothing =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            Headers = "{}",
            Value = "{}",
        };
}
