namespace Mannam.Law.Board;

/// <summary>What happened to a consult, one line for each event, in the order of arrival.</summary>
[Table("histories")]
internal sealed class History(long key) : Aggregate(key)
{
    /// <summary>The number of its lines.</summary>
    public int Length { get; private set; }

    /// <summary>The lines that were added since it was loaded.</summary>
    [ForeignKey(nameof(Line.ConsultId))]
    public List<Line> Lines { get; } = [];

    /// <summary>Adds a line.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="at">Its time, UTC.</param>
    /// <param name="description">The text that people read.</param>
    /// <param name="extraIdName">The name of another id that belongs to the event; empty where there is none.</param>
    /// <param name="extraIdValue">That id.</param>
    public IMessage[] Note(IEvent happened, DateTime at, string description, string extraIdName = "", long? extraIdValue = null)
    {
        Length++;
        Lines.Add(new Line(0, Key, happened.GetType().Name, description, extraIdName, extraIdValue, at));
        return [];
    }
}

/// <summary>One line of a history.</summary>
/// <param name="Id">From 1, in the order of arrival. The database gives it.</param>
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
