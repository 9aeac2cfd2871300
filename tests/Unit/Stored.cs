using Mannam.Abstractions;

namespace Mannam.Tests.Unit;

/// <summary>Aggregates in tests without a store.</summary>
internal static class StoredAggregates
{
    /// <summary>Raises the version, as a commit does.</summary>
    public static T Stored<T>(this T aggregate)
        where T : Aggregate
    {
        aggregate.Version++;
        return aggregate;
    }
}
