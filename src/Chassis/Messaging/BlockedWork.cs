using System.Globalization;

namespace Mannam.Messaging;

/// <summary>What waits because it fails again and again for reasons outside of it. It goes on by itself, but somebody should know.</summary>
/// <param name="What"><c>events</c>, or the kind of a scheduled message.</param>
/// <param name="Failure">Who refuses it, and why.</param>
/// <param name="Number">How many.</param>
/// <param name="Since">Since when the oldest waits so.</param>
public sealed record BlockedWork(string What, ExternalFailure Failure, long Number, DateTimeOffset Since)
{
    /// <summary>For the page of health.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Number} since {Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} by the {Failure.Source}: {Failure.Description}"
        );
}

/// <summary>What a service's store holds of deferred messages and dead letters.</summary>
/// <param name="Waiting">Deferred messages.</param>
/// <param name="Parked">Dead letters.</param>
/// <param name="Blocked">What others refuse.</param>
public sealed record MessageCounts(long Waiting, long Parked, IReadOnlyList<BlockedWork> Blocked);
