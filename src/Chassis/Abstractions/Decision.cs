namespace Mannam.Abstractions;

/// <summary>Why a command was refused; each has its HTTP status. A package may have more kinds, by other statuses from 400 on.</summary>
public enum RefusalKind
{
    /// <summary>400: a field says what cannot be.</summary>
    Malformed = 400,

    /// <summary>404: what the command refers to is not there.</summary>
    NotFound = 404,

    /// <summary>409: not possible in this state.</summary>
    Conflict = 409,

    /// <summary>412: the version that If-Match names is outdated.</summary>
    PreconditionFailed = 412,

    /// <summary>503: not now; nothing is known against it.</summary>
    Unavailable = 503,
}

/// <summary>A command's refusal: an error its sender can expect, told as a value.</summary>
/// <param name="Kind">Which answer it becomes.</param>
/// <param name="Detail">For a conflict the status word.</param>
/// <param name="Field">For a malformed field its name.</param>
/// <param name="RetryAfter">For a conflict that passes by itself: when to ask again.</param>
public sealed record Refusal(RefusalKind Kind, string? Detail = null, string? Field = null, TimeSpan? RetryAfter = null)
{
    /// <summary>What people read of a kind that is a package's own; null for the usual ones.</summary>
    public string? Title { get; init; }
}

/// <summary>What an aggregate decided on a command: refused, or accepted with what happened (nothing, where it held already).</summary>
public readonly record struct Decision(Refusal? Refusal, IMessage[] Messages)
{
    /// <summary>Accepted, and this happened.</summary>
    public static Decision Happened(params IMessage[] messages) => new(null, messages);

    /// <summary>Accepted: its effect holds already, so nothing is changed and nothing published.</summary>
    public static Decision NoChange { get; } = new(null, []);

    /// <summary>409 with the status word.</summary>
    public static Decision Conflict(string status) => new(new Refusal(RefusalKind.Conflict, status), []);

    /// <summary>409 with the status word, where it passes by itself within moments.</summary>
    public static Decision NotYet(string status) => new(new Refusal(RefusalKind.Conflict, status, RetryAfter: TimeSpan.FromSeconds(1)), []);

    /// <summary>404.</summary>
    public static Decision NotFound { get; } = new(new Refusal(RefusalKind.NotFound), []);

    /// <summary>400 naming the field.</summary>
    public static Decision Malformed(string field, string why) => new(new Refusal(RefusalKind.Malformed, why, field), []);
}
