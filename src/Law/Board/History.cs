using Mannam.Abstractions;

namespace Mannam.Law.Board;

/// <summary>What happened to a consult, line by line as it arrives, fed by events alone.</summary>
internal sealed class History(long key) : Aggregate(key)
{
    /// <summary>How many lines it has.</summary>
    public int Length { get; private set; }

    /// <summary>Those added since it was loaded.</summary>
    public List<Line> Lines { get; } = [];

    /// <summary>Notes what happened: event, time, what is told of it, and the other id that belongs to it.</summary>
    public IMessage[] Note(string what, DateTime at, string description, string extraIdName, long? extraIdValue)
    {
        Length++;
        Lines.Add(new Line(0, Key, what, description, extraIdName, extraIdValue, at));
        return [];
    }
}

/// <summary>One line of a history.</summary>
/// <param name="Id">From 1, in the order of arrival; given by the store.</param>
internal sealed record Line(
    long Id,
    long ConsultId,
    string Event,
    string Description,
    string ExtraIdName,
    long? ExtraIdValue,
    DateTime Timestamp
);
