using System.Globalization;

namespace Mannam.Messaging;

/// <summary>Work that fails repeatedly for external reasons. It is retried without limit, but an operator should know.</summary>
/// <param name="What"><c>events</c>, or the kind of a scheduled message.</param>
/// <param name="Failure">Who refuses it, and why.</param>
/// <param name="Number">The number of items.</param>
/// <param name="Since">Since when the oldest item is blocked.</param>
public sealed record BlockedWork(string What, ExternalFailure Failure, long Number, DateTimeOffset Since)
{
    /// <summary>The text for the health page.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Number} since {Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} by the {Failure.Source}: {Failure.Description}"
        );
}

/// <summary>The deferred messages and dead letters in a service's store.</summary>
/// <param name="Waiting">The number of deferred messages.</param>
/// <param name="Parked">The number of dead letters.</param>
/// <param name="Blocked">The work that the store or a peer refuses.</param>
public sealed record MessageCounts(long Waiting, long Parked, IReadOnlyList<BlockedWork> Blocked);
