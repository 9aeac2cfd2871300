namespace Mannam.Messaging;

/// <summary>Where a partition is read from, and the history that this place belongs to.</summary>
/// <param name="Next">The next offset.</param>
/// <param name="History">The topic's identity; null where it was not known.</param>
/// <param name="Last">The mark of the record before it (<see cref="ReceivedEvent.Fingerprint"/>); null where it is not known.</param>
public sealed record Position(long Next, string? History = null, Guid? Last = null)
{
    /// <summary>Whether it certainly belongs to this history, in which this record comes before it.</summary>
    public bool BelongsTo(string? history, Guid last) => History == history && Last == last;
}

/// <summary>What a subscription finds of a partition in the topic as it is now.</summary>
/// <param name="History">The topic's identity; null where the broker does not tell it.</param>
/// <param name="First">The offset of the first record that is there.</param>
/// <param name="End">The offset after the last record that is there.</param>
/// <param name="Last">The mark of the record before the position; null where it cannot be told, empty where there is none but should be.</param>
public sealed record PartitionState(string? History, long First, long End, Guid? Last = null);

/// <summary>Whether a position belongs to the history that was found, and where reading goes on.</summary>
/// <param name="Next">The next offset.</param>
/// <param name="Other">Why the history is another one, so that reading begins again; null where it is the same.</param>
/// <param name="Gone">How many records were deleted before they were read.</param>
internal sealed record HistoryComparison(long Next, string? Other, long Gone)
{
    /// <summary>Compares a position with what was found.</summary>
    public static HistoryComparison Of(Position position, PartitionState found)
    {
        // Nothing was read yet. A service that meets the topic for the first time misses nothing.
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
            ? "another record is where the last one was read"
            : null;
    }
}
