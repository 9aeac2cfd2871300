using Mannam.Bench.Request;

namespace Mannam.Bench.Siege;

/// <summary>The siege of a system's document.</summary>
/// <param name="Path">The path of the POST.</param>
/// <param name="Body">Its body.</param>
/// <param name="Database">The database with the requests.</param>
/// <param name="Living">The SQL query for the charges of active requests.</param>
/// <param name="Documented">The availability in the document, in percent.</param>
internal sealed record Besieged(string Path, string Body, string Database, string Living, double Documented)
{
    /// <exception cref="ArgumentException">The system's document has no siege.</exception>
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
