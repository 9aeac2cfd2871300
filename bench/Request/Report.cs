using System.Globalization;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Request;

/// <summary>The table of all rounds.</summary>
internal sealed class Report(Plan plan)
{
    private readonly List<(Measurement Baseline, Measurement Mannam)> rounds = [];

    /// <summary>Commits per request over all rounds.</summary>
    internal (double Baseline, double Mannam) Commits { get; set; }

    internal void Add(Measurement baseline, Measurement mannam) => rounds.Add((baseline, mannam));

    /// <summary>Prints the table: the medians of the rounds, and the medians of the rounds' ratios.</summary>
    internal void Print(TextWriter output)
    {
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"POST /catches: {plan.Rounds} rounds of {plan.Requests} requests over {plan.Connections} kept-alive connections, {Environment.ProcessorCount} cores; medians"
            )
        );
        output.WriteLine();
        Line(output, "", "baseline", "mannam", "mannam ÷ baseline");
        Row(output, "requests/s until visible in every view", "N1", m => m.RequestsPerSecond);
        Row(output, "  of that after the last answer, ms", "N1", m => m.VisibleAfterMs);
        Row(output, "latency p50, ms", "N1", m => m.MedianMs);
        Row(output, "latency p99, ms", "N1", m => m.NinetyNinthMs);
        output.WriteLine("a request:");
        Row(output, "  round trips to PostgreSQL", "N2", m => m.RoundTrips);
        Row(output, "  commits, read-only ones too", "N2", Commits.Baseline, Commits.Mannam, Commits.Mannam / Commits.Baseline);
        Row(output, "  transaction ids (what wrote)", "N2", m => m.TransactionIds);
        Row(output, "  WAL, bytes", "N0", m => m.WalBytes);
        Row(output, "  allocated, bytes", "N0", m => m.AllocatedBytes);
        Row(output, "  CPU of the services, ms", "N3", m => m.ServiceCpuMs);
        Row(output, "  CPU of PostgreSQL, ms", "N3", m => m.PostgresCpuMs);
        Row(output, "  CPU of the load generator, ms", "N3", m => m.LoadCpuMs);
        Row(output, "  CPU in all, ms", "N3", m => m.ServiceCpuMs + m.PostgresCpuMs + m.LoadCpuMs);
        Row(output, "cores that other programs used meanwhile", "N2", m => m.ForeignCores);
        output.WriteLine();
        var ratios = rounds.Select(r => r.Mannam.RequestsPerSecond / r.Baseline.RequestsPerSecond).ToArray();
        output.WriteLine($"ratio {Format(Table.Median(ratios), "N2")} (rounds: {string.Join(" ", ratios.Select(r => Format(r, "N2")))})");
    }

    private void Row(TextWriter output, string what, string format, Func<Measurement, double> number) =>
        Row(
            output,
            what,
            format,
            Table.Median(rounds.Select(r => number(r.Baseline))),
            Table.Median(rounds.Select(r => number(r.Mannam))),
            Table.Median(rounds.Select(r => number(r.Mannam) / number(r.Baseline)))
        );

    private static void Row(TextWriter output, string what, string format, double baseline, double mannam, double ratio) =>
        Line(output, what, Format(baseline, format), Format(mannam, format), Format(ratio, "N2"));

    private static void Line(TextWriter output, string what, string baseline, string mannam, string ratio) =>
        output.WriteLine($"{what, -42}{baseline, 12}{mannam, 12}{ratio, 20}");

    private static string Format(double number, string format) =>
        double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture) : "-";
}
