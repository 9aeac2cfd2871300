using Mannam.Testing;

namespace Mannam.Simulation.Insurance;

/// <summary>Whoever got a case had the fewest open ones at that moment; of several it was the one with the lowest number.</summary>
internal static class FewestOpenCases
{
    /// <param name="pool">The underwriters.</param>
    /// <param name="events">All events of a run.</param>
    public static IEnumerable<Violation> Check(IReadOnlyList<long> pool, IEnumerable<PublishedEvent> events)
    {
        // Whose each case is that is open for certain, and that may be.
        Dictionary<string, long> certain = [],
            possible = [];
        foreach (var e in events.OrderBy(e => $"{e.Fields["timestamp"]}", StringComparer.Ordinal))
        {
            var (number, underwriter) = ($"{e.Fields["underwritingId"]}", (long?)e.Fields["underwriterId"] ?? 0);
            switch (e.Name)
            {
                case "UnderwriterAssigned":
                    var had = certain.Values.Count(u => u == underwriter);
                    var other = pool.Where(u => u != underwriter).Select(u => (Has: possible.Values.Count(v => v == u), u)).Min();
                    if (!pool.Contains(underwriter) || other.CompareTo((had, underwriter)) < 0)
                        yield return new("the fewest open cases", $"case {number}: who got it had {had} of them, another {other.Has}");
                    certain[number] = possible[number] = underwriter;
                    break;
                case "UnderwritingWithdrawn":
                    certain.Remove(number);
                    possible.Remove(number);
                    break;
                // A person's decision that was held before it was stored took effect later than it says.
                case "SubscriptionContracted" or "SubscriptionRefused":
                    certain.Remove(number);
                    break;
            }
        }
    }
}
