namespace Mannam.Chassis.Messaging;

/// <summary>An event on its way: committed with what it tells of, removed once the transport has it.</summary>
internal sealed class OutboxRow
{
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
