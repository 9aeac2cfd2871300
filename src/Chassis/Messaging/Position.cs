namespace Mannam.Messaging;

/// <summary>A position in a partition, and the history that it belongs to.</summary>
/// <param name="Next">The next offset.</param>
/// <param name="History">The topic's identity; null if it was not known.</param>
/// <param name="Last">The fingerprint of the record before it (<see cref="ReceivedEvent.Fingerprint"/>); null if unknown.</param>
public sealed record Position(long Next, string? History = null, Guid? Last = null)
{
    /// <summary>Whether it certainly belongs to this history, with this record before it.</summary>
    public bool BelongsTo(string? history, Guid last) => History == history && Last == last;
}

/// <summary>The current state of a partition in the topic.</summary>
/// <param name="History">The topic's identity; null if the broker does not provide it.</param>
/// <param name="First">The offset of the first record.</param>
/// <param name="End">The offset after the last record.</param>
/// <param name="Last">The fingerprint of the record before the position; null if unknown, empty if the record is missing but should exist.</param>
public sealed record PartitionState(string? History, long First, long End, Guid? Last = null);

/// <summary>Whether a position belongs to the partition's current history, and where reading goes on.</summary>
/// <param name="Next">The next offset.</param>
/// <param name="Other">Why the history is another one, so that the partition is read again; null if it is the same.</param>
/// <param name="Gone">The number of records that were deleted before they were read.</param>
internal sealed record HistoryComparison(long Next, string? Other, long Gone)
{
    /// <summary>Compares a position with the partition's state.</summary>
    public static HistoryComparison Of(Position position, PartitionState found)
    {
        // Nothing was read yet. A service that is new to the topic misses nothing.
        if (position.Next == 0 && position.History is null)
            return new(found.First, null, 0);
        if (WhyOther(position, found) is { } other)
            return new(found.First, other, 0);
        return position.Next < found.First ? new(found.First, null, found.First - position.Next) : new(position.Next, null, 0);
    }

    private static string? WhyOther(Position position, PartitionState found)
    {
        if (position.History is { } before && found.History is { } now && before != now)
            return "the topic was made anew";
        if (position.Next > found.End)
            return $"the topic ends at {found.End}, before what was read";
        return position.Last is { } read && found.Last is { } there && read != there
            ? "the record before the position is another one"
            : null;
    }
}
