namespace Mannam.Law.Board;

/// <summary>What happened to a consult, line by line as it arrives, fed by events alone.</summary>
[Table("histories")]
internal sealed class History(long key) : Aggregate(key)
{
    /// <summary>How many lines it has.</summary>
    public int Length { get; private set; }

    /// <summary>Those added since it was loaded.</summary>
    [ForeignKey(nameof(Line.ConsultId))]
    public List<Line> Lines { get; } = [];

    /// <summary>Notes what happened: the event, time, what is told of it, and the other id that belongs to it.</summary>
    public IMessage[] Note(IEvent happened, DateTime at, string description, string extraIdName = "", long? extraIdValue = null)
    {
        Length++;
        Lines.Add(new Line(0, Key, happened.GetType().Name, description, extraIdName, extraIdValue, at));
        return [];
    }
}

/// <summary>One line of a history.</summary>
/// <param name="Id">From 1, in the order of arrival; given by the store.</param>
[Table("lines")]
internal sealed record Line(
    long Id,
    long ConsultId,
    string Event,
    string Description,
    string ExtraIdName,
    long? ExtraIdValue,
    DateTime Timestamp
);
