namespace Mannam.Chassis.Storage;

/// <summary>What the service owes, and when it is due.</summary>
internal sealed class DueRow
{
    public Guid DueId { get; init; }
    public long Key { get; init; }
    public required string Kind { get; init; }
    public required string Data { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Cause { get; init; }
    public int Attempts { get; init; }
}
