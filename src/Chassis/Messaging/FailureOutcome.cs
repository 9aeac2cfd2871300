using System.Text.Json;

namespace Mannam.Messaging;

/// <summary>Guarantee 4: what becomes of an event that was not handled. It waits until it is due, or it is parked.</summary>
/// <param name="Kind"><c>queued</c> behind an earlier one of its saga; failed <c>permanent</c>, <c>transient</c> or <c>later</c>; refused by the
/// <c>store</c> or a <c>peer</c>; or <c>unreadable</c>.</param>
/// <param name="Attempts">How often it failed by its own fault so far; asking for later is no failure, and neither is what others refuse.</param>
/// <param name="Error">What the last failure said.</param>
/// <param name="Due">When it is tried again.</param>
/// <param name="ParkedAt">When it was given up; null while it waits.</param>
public sealed record FailureOutcome(string Kind, int Attempts, string? Error, DateTimeOffset Due, DateTimeOffset? ParkedAt)
{
    /// <summary>An event that fails by its own fault is parked after so many attempts: with the pauses between them that takes about 100 s.</summary>
    public const int MaxAttempts = 10;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    // What others refuse may be over at any moment.
    private static readonly TimeSpan LongestPauseOfRefused = TimeSpan.FromSeconds(10);

    /// <summary>Who refuses it, and why; null where nobody does. Such an event is never parked.</summary>
    public ExternalFailure? Failure { get; private init; }

    /// <summary>How often it was refused in a row.</summary>
    public int Refusals { get; private init; }

    /// <summary>It arrived while earlier events of its saga wait.</summary>
    public static FailureOutcome Queued(DateTimeOffset now) => new("queued", 0, null, now, null);

    /// <summary>Nobody knows what it is.</summary>
    public static FailureOutcome Unreadable(string why, DateTimeOffset now) => Parked("unreadable", 1, why, now);

    /// <summary>Its policy failed, what it decided could not be stored, or others refuse what it needs.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="attempts">How often it had failed before by its own fault.</param>
    /// <param name="refusals">How often it had been refused before, in a row.</param>
    /// <param name="now">The time.</param>
    public static FailureOutcome For(Exception e, int attempts, int refusals, DateTimeOffset now)
    {
        var thrown = e is PolicyFailedException policy ? policy.Thrown : e;
        if (thrown is RetryLaterException later)
            return new("later", attempts, later.Message, now + later.Delay, null);
        if (thrown is PermanentException or JsonException)
            return Parked("permanent", attempts + 1, thrown.Message, now);
        if (ExternalFailureOf(e) is { } failure)
        {
            return new(failure.Source, attempts, thrown.Message, now + Backoff.Delay(refusals + 1, LongestPauseOfRefused), null)
            {
                Failure = failure,
                Refusals = refusals + 1,
            };
        }

        return ++attempts >= MaxAttempts
            ? Parked("transient", attempts, thrown.Message, now)
            : new("transient", attempts, thrown.Message, now + Backoff.Delay(attempts, LongestPause), null);
    }

    /// <summary>Whether the event can be set aside after such a failure. Not when the store is gone, or the service is about to end: then the step fails, and
    /// is repeated.</summary>
    public static bool AppliesTo(Exception e) =>
        e is PolicyFailedException || e is not (FencedException or OperationCanceledException) && !StoreFailures.IsStoreUnreachable(e);

    /// <summary>Who refuses it, for reasons outside the event; null where the failure is its own or its policy's.</summary>
    public static ExternalFailure? ExternalFailureOf(Exception e) =>
        e is PolicyFailedException policy ? policy.Failure : ExternalFailure.Of(e, asked: false);

    private static FailureOutcome Parked(string kind, int attempts, string error, DateTimeOffset now) =>
        new(kind, attempts, error, now, now);
}

/// <summary>Growing pauses, the same for all that is tried again.</summary>
internal static class Backoff
{
    /// <summary>The pause after so many attempts: 200 ms after the first, twice as long after each more.</summary>
    public static TimeSpan Delay(int attempts, TimeSpan longest) =>
        TimeSpan.FromMilliseconds(Math.Min(longest.TotalMilliseconds, 100 * Math.Pow(2, Math.Min(attempts, 20))));
}
