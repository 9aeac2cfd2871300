namespace Mannam.Abstractions;

/// <summary>The reason of a refusal. The value is the HTTP status. A package may add kinds with other statuses, from 400 on.</summary>
public enum RefusalKind
{
    /// <summary>400: a field has an invalid value.</summary>
    Malformed = 400,

    /// <summary>404: the command refers to something that does not exist.</summary>
    NotFound = 404,

    /// <summary>409: not possible in this state.</summary>
    Conflict = 409,

    /// <summary>412: the version in If-Match is outdated.</summary>
    PreconditionFailed = 412,

    /// <summary>503: not possible now; the command itself is valid.</summary>
    Unavailable = 503,
}

/// <summary>The refusal of a command: an expected error, returned as a value.</summary>
/// <param name="Kind">The reason; it selects the HTTP status.</param>
/// <param name="Detail">For a conflict, the status word.</param>
/// <param name="Field">For a malformed field, its name.</param>
/// <param name="RetryAfter">For a temporary conflict, the time until a retry makes sense.</param>
public sealed record Refusal(RefusalKind Kind, string? Detail = null, string? Field = null, TimeSpan? RetryAfter = null)
{
    /// <summary>The title of a package's own kind; null for the kinds above.</summary>
    public string? Title { get; init; }
}

/// <summary>An aggregate's decision on a command: refused, or accepted with its messages (none if the effect held already).</summary>
public readonly record struct Decision(Refusal? Refusal, IMessage[] Messages)
{
    /// <summary>Accepted, with these messages.</summary>
    public static Decision Happened(params IMessage[] messages) => new(null, messages);

    /// <summary>Accepted without a change: the effect holds already, so nothing is stored or published.</summary>
    public static Decision NoChange { get; } = new(null, []);

    /// <summary>409 with the status word.</summary>
    public static Decision Conflict(string status) => new(new Refusal(RefusalKind.Conflict, status), []);

    /// <summary>409 with the status word, for a conflict that ends by itself within moments.</summary>
    public static Decision NotYet(string status) => new(new Refusal(RefusalKind.Conflict, status, RetryAfter: TimeSpan.FromSeconds(1)), []);

    /// <summary>404.</summary>
    public static Decision NotFound { get; } = new(new Refusal(RefusalKind.NotFound), []);

    /// <summary>400 with the name of the field.</summary>
    public static Decision Malformed(string field, string why) => new(new Refusal(RefusalKind.Malformed, why, field), []);
}
