using System.Text.Json;
using Mannam.Chassis.Storage;

namespace Mannam.Chassis.Messaging;

/// <summary>Guarantee 4: what becomes of an event that was not handled. It waits until it is due, or it is parked.</summary>
/// <param name="Kind"><c>queued</c> behind an earlier one of its saga; failed <c>permanent</c>, <c>transient</c> or <c>later</c>; or <c>unreadable</c>.</param>
/// <param name="Attempts">How often it failed so far; asking for later is no failure.</param>
/// <param name="Error">What the last failure said.</param>
/// <param name="Due">When it is tried again.</param>
/// <param name="ParkedAt">When it was given up; null while it waits.</param>
internal sealed record Fate(string Kind, int Attempts, string? Error, DateTimeOffset Due, DateTimeOffset? ParkedAt)
{
    /// <summary>A transient failure is parked after so many attempts: with the pauses between them that takes about 100 s.</summary>
    public const int MostAttempts = 10;

    /// <summary>It arrived while earlier events of its saga wait.</summary>
    public static Fate Queued(DateTimeOffset now) => new("queued", 0, null, now, null);

    /// <summary>Nobody knows what it is.</summary>
    public static Fate Unreadable(string why, DateTimeOffset now) => Parked("unreadable", 1, why, now);

    /// <summary>Its policy failed, or what it decided could not be stored.</summary>
    /// <param name="before">How often it had failed before.</param>
    public static Fate Of(Exception e, int before, DateTimeOffset now)
    {
        var thrown = e is PolicyFailedException ? e.InnerException ?? e : e;
        var attempts = before + 1;
        return thrown switch
        {
            LaterException later => new("later", before, later.Message, now + later.Pause, null),
            PermanentException or JsonException => Parked("permanent", attempts, thrown.Message, now),
            _ when attempts >= MostAttempts => Parked("transient", attempts, thrown.Message, now),
            _ => new("transient", attempts, thrown.Message, now + Pauses.Before(attempts, TimeSpan.FromMinutes(1)), null),
        };
    }

    /// <summary>Whether the failure is the event's own, and not the store's or that of a service about to end.</summary>
    public static bool IsOf(Exception e) =>
        e is PolicyFailedException || e is not (FencedException or OperationCanceledException) && !Failures.IsStoreUnreachable(e);

    private static Fate Parked(string kind, int attempts, string error, DateTimeOffset now) => new(kind, attempts, error, now, now);
}

/// <summary>Growing pauses, the same for all that is tried again.</summary>
internal static class Pauses
{
    /// <summary>The pause after so many attempts: 200 ms after the first, twice as long after each more.</summary>
    public static TimeSpan Before(int attempts, TimeSpan longest) =>
        TimeSpan.FromMilliseconds(Math.Min(longest.TotalMilliseconds, 100 * Math.Pow(2, Math.Min(attempts, 20))));
}
