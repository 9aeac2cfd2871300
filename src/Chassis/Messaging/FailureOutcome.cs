using System.Text.Json;

namespace Mannam.Messaging;

/// <summary>Guarantee 4: what happens to an event that was not handled. It waits until it is due, or it is parked.</summary>
/// <param name="Kind"><c>queued</c> behind an earlier event of its saga; failed <c>permanent</c>, <c>transient</c> or <c>later</c>; refused by the
/// <c>store</c> or a <c>peer</c>; or <c>unreadable</c>.</param>
/// <param name="Attempts">The number of failures by the event's own fault. A request for a later retry and external failures do not count.</param>
/// <param name="Error">The text of the last failure.</param>
/// <param name="Due">The time of the next attempt.</param>
/// <param name="ParkedAt">The time at which it was parked; null while it waits.</param>
public sealed record FailureOutcome(string Kind, int Attempts, string? Error, DateTimeOffset Due, DateTimeOffset? ParkedAt)
{
    /// <summary>The number of own failures after which an event is parked. With the pauses in between that takes about 100 s.</summary>
    public const int MaxAttempts = 10;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    // An external failure may end at any moment.
    private static readonly TimeSpan LongestPauseOfRefused = TimeSpan.FromSeconds(10);

    /// <summary>Who refuses it, and why; null if nobody does. A refused event is never parked.</summary>
    public ExternalFailure? Failure { get; private init; }

    /// <summary>The number of consecutive refusals.</summary>
    public int Refusals { get; private init; }

    /// <summary>The event arrived while earlier events of its saga wait.</summary>
    public static FailureOutcome Queued(DateTimeOffset now) => new("queued", 0, null, now, null);

    /// <summary>The record cannot be read as an event.</summary>
    public static FailureOutcome Unreadable(string why, DateTimeOffset now) => Parked("unreadable", 1, why, now);

    /// <summary>The policy failed, its decision could not be stored, or the store or a peer refuses.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="attempts">The number of earlier failures by its own fault.</param>
    /// <param name="refusals">The number of earlier consecutive refusals.</param>
    /// <param name="now">The current time.</param>
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

    /// <summary>Whether the event can be deferred after this failure. It cannot if the store is unreachable, or the service stops: then the step fails and
    /// is repeated.</summary>
    public static bool AppliesTo(Exception e) =>
        e is PolicyFailedException || e is not (FencedException or OperationCanceledException) && !StoreFailures.IsStoreUnreachable(e);

    /// <summary>The external failure behind the exception; null if the event or its policy failed.</summary>
    public static ExternalFailure? ExternalFailureOf(Exception e) =>
        e is PolicyFailedException policy ? policy.Failure : ExternalFailure.Of(e, asked: false);

    private static FailureOutcome Parked(string kind, int attempts, string error, DateTimeOffset now) =>
        new(kind, attempts, error, now, now);
}

/// <summary>Growing pauses between retries.</summary>
internal static class Backoff
{
    /// <summary>The pause after the given number of attempts: 200 ms after the first, then twice as long each time.</summary>
    public static TimeSpan Delay(int attempts, TimeSpan longest) =>
        TimeSpan.FromMilliseconds(Math.Min(longest.TotalMilliseconds, 100 * Math.Pow(2, Math.Min(attempts, 20))));
}
