using Mannam.Abstractions;

namespace Mannam.Tests.Unit;

/// <summary>Aggregates without a store.</summary>
internal static class StoredAggregates
{
    /// <summary>As it is after one more commit: its service has met the saga.</summary>
    public static T Stored<T>(this T aggregate)
        where T : Aggregate
    {
        aggregate.Version++;
        return aggregate;
    }
}
