namespace Mannam.Abstractions;

/// <summary>Guarantee 6: a synchronous call has three outcomes, and whoever looks at one says what all three mean.</summary>
public abstract record CallOutcome
{
    private CallOutcome() { }

    private sealed record AcceptedOutcome(long Id) : CallOutcome;

    private sealed record RefusedOutcome(string Reason) : CallOutcome;

    private sealed record UnknownOutcome(string Why) : CallOutcome;

    /// <summary>The other side did it, for certain.</summary>
    /// <param name="id">The id that it gave to what it did; 0 where it has none of its own.</param>
    public static CallOutcome Accepted(long id = 0) => new AcceptedOutcome(id);

    /// <summary>The other side did not, and will not, for certain.</summary>
    public static CallOutcome Refused(string reason) => new RefusedOutcome(reason);

    /// <summary>It may have been done, or may be done later.</summary>
    public static CallOutcome Unknown(string why) => new UnknownOutcome(why);

    /// <summary>Whether it is not known.</summary>
    public bool IsUnknown => this is UnknownOutcome;

    /// <summary>Whether the other side did it, for certain.</summary>
    public bool IsAccepted => this is AcceptedOutcome;

    /// <summary>What follows from each.</summary>
    public T Match<T>(Func<long, T> accepted, Func<string, T> refused, Func<string, T> unknown) =>
        this switch
        {
            AcceptedOutcome a => accepted(a.Id),
            RefusedOutcome d => refused(d.Reason),
            UnknownOutcome u => unknown(u.Why),
            _ => throw new InvalidOperationException(),
        };
}
