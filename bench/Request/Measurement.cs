using System.Diagnostics;
using Mannam.Bench.Load;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Request;

/// <summary>The result of one round of one side. All values except the first four and the last are per request.</summary>
internal sealed record Measurement(
    double RequestsPerSecond,
    double MedianMs,
    double NinetyNinthMs,
    double VisibleAfterMs,
    double RoundTrips,
    double TransactionIds,
    double WalBytes,
    double AllocatedBytes,
    double ServiceCpuMs,
    double PostgresCpuMs,
    double LoadCpuMs,
    double ForeignCores
)
{
    /// <summary>Sends the requests, stops the clock when the last result is visible, and reads every counter before and after.</summary>
    /// <param name="side">The side to measure.</param>
    /// <param name="server">Its PostgreSQL server.</param>
    /// <param name="load">The load; its answers must all be 201.</param>
    /// <param name="awaitViews">Whether the clock runs until the requests are in every view.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The numbers, and the ids of the requests.</returns>
    internal static async Task<(Measurement Numbers, IReadOnlyList<long> Ids)> TakeAsync(
        Side side,
        ServerCounters server,
        Func<Task<LoadRun>> load,
        bool awaitViews,
        CancellationToken ct
    )
    {
        var before = await Reading.TakeAsync(side, server, ct);
        var run = await load();
        run.MustAllBe(201, $"POST /catches of {side.Name}");
        var end = awaitViews ? await Views.AwaitLastAsync(side, run.Ids, ct) : run.Ended;
        var after = await Reading.TakeAsync(side, server, ct);

        double requests = run.Ids.Count;
        double Each(Func<Reading, double> counter) => (counter(after) - counter(before)) / requests;
        var numbers = new Measurement(
            requests / Stopwatch.GetElapsedTime(run.Started, end).TotalSeconds,
            run.LatencyMs(0.5),
            run.LatencyMs(0.99),
            Stopwatch.GetElapsedTime(run.Ended, end).TotalMilliseconds,
            Each(r => r.RoundTrips),
            Each(r => r.TransactionIds),
            Each(r => r.WalBytes),
            Each(r => r.AllocatedBytes),
            Each(r => r.ServiceCpu) * 1000,
            Each(r => r.PostgresCpu) * 1000,
            Each(r => r.LoadCpu) * 1000,
            (after.ForeignCpu - before.ForeignCpu) / Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds
        );
        return (numbers, run.Ids);
    }

    private sealed record Reading(
        double AllocatedBytes,
        double RoundTrips,
        double TransactionIds,
        double WalBytes,
        double ServiceCpu,
        double PostgresCpu,
        double LoadCpu,
        double MachineCpu,
        long At
    )
    {
        /// <summary>The CPU of all other programs: other work on the machine makes a round less reliable.</summary>
        internal double ForeignCpu => MachineCpu - ServiceCpu - PostgresCpu - LoadCpu;

        internal static async Task<Reading> TakeAsync(Side side, ServerCounters server, CancellationToken ct)
        {
            var (allocated, trips) = await side.DiagnosticsAsync(ct);
            var (ids, wal) = await server.WritesAsync(ct);
            return new Reading(
                allocated,
                trips,
                ids,
                wal,
                side.CpuSeconds(),
                ProcessTree.CpuSeconds(server.Postmaster),
                ProcessTree.OwnCpuSeconds(),
                ProcessTree.MachineCpuSeconds(),
                Stopwatch.GetTimestamp()
            );
        }
    }
}
