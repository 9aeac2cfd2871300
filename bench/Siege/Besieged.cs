using Mannam.Bench.Request;

namespace Mannam.Bench.Siege;

/// <summary>What the document of a system had asked again and again.</summary>
/// <param name="Path">The POST.</param>
/// <param name="Body">Its body.</param>
/// <param name="Database">Where the requests are.</param>
/// <param name="Living">The charges of those that live, in SQL.</param>
/// <param name="Documented">The availability that the document tells, %.</param>
internal sealed record Besieged(string Path, string Body, string Database, string Living, double Documented)
{
    /// <exception cref="ArgumentException">Its document tells of no siege.</exception>
    internal static Besieged Of(string system) =>
        system switch
        {
            "taxi" => new(
                "/catches",
                RequestBenchmark.Body,
                "mannam_taxi_catch",
                "select 'taxi-' || key from catches where status <> 'Cancel'",
                64.29
            ),
            "insurance" => new(
                "/subscriptions",
                """{"subscriptionStatus":"created","productName":"Fisrtcancer"}""",
                "mannam_insurance_subscription",
                "select 'insurance-' || key from subscriptions where status not in ('reqCancel', 'confirmCancel', 'confirmRefuse')",
                99.68
            ),
            _ => throw new ArgumentException($"--systems is taxi or insurance for a siege, not {system}"),
        };
}
