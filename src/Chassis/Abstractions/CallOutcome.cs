namespace Mannam.Abstractions;

/// <summary>Guarantee 6: a synchronous call has three outcomes. <see cref="Match"/> makes each caller handle all three.</summary>
public abstract record CallOutcome
{
    private CallOutcome() { }

    private sealed record AcceptedOutcome(long Id) : CallOutcome;

    private sealed record RefusedOutcome(string Reason) : CallOutcome;

    private sealed record UnknownOutcome(string Why) : CallOutcome;

    /// <summary>The peer did it, for certain.</summary>
    /// <param name="id">The id that the peer gave it; 0 if there is none.</param>
    public static CallOutcome Accepted(long id = 0) => new AcceptedOutcome(id);

    /// <summary>The peer did not do it and will not, for certain.</summary>
    public static CallOutcome Refused(string reason) => new RefusedOutcome(reason);

    /// <summary>The peer may have done it, or may do it later.</summary>
    public static CallOutcome Unknown(string why) => new UnknownOutcome(why);

    /// <summary>Whether the outcome is unknown.</summary>
    public bool IsUnknown => this is UnknownOutcome;

    /// <summary>Whether the peer did it, for certain.</summary>
    public bool IsAccepted => this is AcceptedOutcome;

    /// <summary>Maps each outcome to a value.</summary>
    public T Match<T>(Func<long, T> accepted, Func<string, T> refused, Func<string, T> unknown) =>
        this switch
        {
            AcceptedOutcome a => accepted(a.Id),
            RefusedOutcome d => refused(d.Reason),
            UnknownOutcome u => unknown(u.Why),
            _ => throw new InvalidOperationException(),
        };
}
