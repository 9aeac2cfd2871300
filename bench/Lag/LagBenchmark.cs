using System.Globalization;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Lag;

/// <summary>
/// The time from the answer of POST /catches until the request is visible in <c>catchReqLists</c> and in <c>myPages</c>, at a constant rate. The
/// baseline's views are its payments, which are visible at once: its figures are the cost of polling.
/// </summary>
internal static class LagBenchmark
{
    internal static readonly string[] Views = ["catchReqLists", "myPages"];

    internal static Task<int> RunAsync(Arguments arguments)
    {
        var (rate, seconds) = (arguments.Number("--rate", 200), arguments.Number("--seconds", 30));
        var (warmUp, rounds) = (arguments.Number("--warm-up", 12_000), arguments.Number("--rounds", 3));
        string[] kafka = arguments.Has("--kafka") ? ["--kafka", arguments.Required("--kafka")] : [];
        return TestStand.RunAsync(
            arguments,
            async stand =>
            {
                await using var baseline = await stand.BaselineAsync();
                await using var mannam = await stand.MannamAsync([.. TestStand.Patient, .. kafka]);
                foreach (var side in (Side[])[baseline, mannam])
                    await Steady.WarmUpAsync(side, warmUp, rate, stand.Stop);
                var measured = new List<(Lags Baseline, Lags Mannam)>();
                for (var round = 1; round <= rounds; round++)
                {
                    TestStand.Progress($"round {round} of {rounds}");
                    measured.Add((await MeasureAsync(stand, baseline, rate, seconds), await MeasureAsync(stand, mannam, rate, seconds)));
                }
                Print(measured, rate, seconds, kafka.Length > 0 ? "Kafka" : "in process");
            }
        );
    }

    private static async Task<Lags> MeasureAsync(TestStand stand, Side side, int rate, int seconds)
    {
        double Server() => ProcessTree.CpuSeconds(stand.Server.Postmaster);
        var (services, server) = (side.CpuSeconds(), Server());
        var lags = await Steady.MeasureAsync(side, rate, seconds, stand.Stop);
        lags.Used((side.CpuSeconds() - services) * 1000 / lags.Sent, (Server() - server) * 1000 / lags.Sent);
        return lags;
    }

    private static void Print(List<(Lags Baseline, Lags Mannam)> rounds, int rate, int seconds, string transport)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"answer → visible, {transport}: {rounds.Count} rounds of {seconds} s at {rate} requests/s; medians of the rounds, ms"
            )
        );
        Console.WriteLine();
        var table = new Table(Console.Out, "baseline", "mannam");
        table.Head();
        foreach (var view in Views)
        {
            foreach (var share in (double[])[0.5, 0.99, 1])
            {
                var what = share == 1 ? "worst" : string.Create(CultureInfo.InvariantCulture, $"p{share * 100:0}");
                double Of(Func<(Lags Baseline, Lags Mannam), Lags> side) => Table.Median(rounds.Select(r => side(r).Share(view, share)));
                table.Row($"{view}, {what}", Of(r => r.Baseline), Of(r => r.Mannam));
            }
        }
        double Answered(Func<(Lags Baseline, Lags Mannam), Lags> side, double share) =>
            Table.Median(rounds.Select(r => Table.Share(side(r).Answers, share)));
        table.Row("the answer itself, p50", Answered(r => r.Baseline, 0.5), Answered(r => r.Mannam, 0.5));
        table.Row("the answer itself, p99", Answered(r => r.Baseline, 0.99), Answered(r => r.Mannam, 0.99));
        Console.WriteLine("a request:");
        double Each(Func<(Lags Baseline, Lags Mannam), double> cpu) => Table.Median(rounds.Select(cpu));
        table.Row("  CPU of the services, ms", Each(r => r.Baseline.ServiceCpuMs), Each(r => r.Mannam.ServiceCpuMs));
        table.Row("  CPU of PostgreSQL, ms", Each(r => r.Baseline.PostgresCpuMs), Each(r => r.Mannam.PostgresCpuMs));
        Console.WriteLine();
    }
}
