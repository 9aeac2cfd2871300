using System.Diagnostics;
using System.Globalization;
using Mannam.Bench.Lag;
using Mannam.Bench.Request;
using Mannam.Bench.Stand;
using Mannam.Bench.View;

namespace Mannam.Bench.Growth;

/// <summary>Request rate, lag, view reads and start-up of Mannam, empty and then with a million finished requests; and that what expires is removed meanwhile.</summary>
internal static class GrowthBenchmark
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    internal static Task<int> RunAsync(Arguments arguments)
    {
        var plan = new GrowthPlan(
            arguments.Number("--finished", 1_000_000),
            arguments.Number("--requests", 8000),
            arguments.Number("--warm-up", 12_000),
            arguments.Number("--rounds", 3),
            arguments.Number("--seconds", 10),
            arguments.Number("--rate", 200)
        );
        return TestStand.RunAsync(arguments, stand => CompareAsync(stand, plan));
    }

    private static async Task CompareAsync(TestStand stand, GrowthPlan plan)
    {
        // Once before, so that both are starts with databases that are there.
        long first;
        await using (var mannam = await stand.MannamAsync(TestStand.Patient))
            first = await FinishedAsync(mannam, stand.Stop);
        var before = await MeasureAsync(stand, plan, "empty");
        await Filling.FillAsync(stand.Postgres, first, plan.Finished, stand.Stop);
        var expired = await Filling.ExpiredAsync(stand.Postgres, stand.Stop);
        var after = await MeasureAsync(stand, plan, "filled");
        var left = await Filling.ExpiredAsync(stand.Postgres, stand.Stop);
        Print(plan, before, after, expired, left);
    }

    private static async Task<Grown> MeasureAsync(TestStand stand, GrowthPlan plan, string what)
    {
        await using var mannam = await stand.MannamAsync(TestStand.Patient);
        TestStand.Progress($"measuring {what}");
        await Steady.WarmUpAsync(mannam, plan.WarmUp, plan.Rate, stand.Stop);
        var (rates, lags, reads) = (new List<double>(), new List<Lags>(), new List<Reads>());
        for (var round = 1; round <= plan.Rounds; round++)
        {
            TestStand.Progress($"{what}, round {round} of {plan.Rounds}");
            var run = await RequestBenchmark.LoadAsync(mannam, 64, plan.Requests, stand.Stop);
            run.MustAllBe(201, "POST /catches");
            var end = await Views.AwaitLastAsync(mannam, run.Ids, stand.Stop);
            rates.Add(plan.Requests / Stopwatch.GetElapsedTime(run.Started, end).TotalSeconds);
            lags.Add(await Steady.MeasureAsync(mannam, plan.Rate, plan.Seconds, stand.Stop));
            var reading = new Reading(mannam, [.. run.Ids.Take(2000)], 16);
            reads.Add(await reading.ForAsync(TimeSpan.FromSeconds(plan.Seconds), 0, stand.Stop));
        }
        double Lag(double share) => Table.Median(lags.Select(l => LagBenchmark.Views.Max(v => l.Share(v, share))));
        return new(
            Table.Median(rates),
            Lag(0.5),
            Lag(0.99),
            Table.Median(reads.Select(r => r.PerSecond)),
            Table.Median(reads.Select(r => r.NinetyNinthMs)),
            mannam.StartedIn.TotalSeconds,
            ProcessTree.Resident(mannam.ProcessId)
        );
    }

    // One request that people and the services made, from its beginning to its end.
    private static async Task<long> FinishedAsync(Side mannam, CancellationToken ct)
    {
        var address = new Uri($"http://{mannam.Endpoint}");
        using var body = new StringContent(RequestBenchmark.Body, null, "application/json");
        using var asked = await Http.PostAsync(new Uri(address, "/catches"), body, ct);
        asked.EnsureSuccessStatusCode();
        var id = long.Parse(asked.Headers.Location!.Segments[^1], CultureInfo.InvariantCulture);
        await Views.AwaitLastAsync(mannam, [id], ct);
        using var taken = await Http.PostAsJsonAsync(new Uri(address, "/pickUps"), new { matchId = id, driver = "Speedmate" }, ct);
        taken.EnsureSuccessStatusCode();
        for (var end = DateTime.UtcNow.AddSeconds(30); ; await Task.Delay(20, ct))
        {
            var seen = await Task.WhenAll(
                ((string[])["catches", "myPages"]).Select(p => Http.GetStringAsync(new Uri(address, $"/{p}/{id}"), ct))
            );
            if (seen.All(s => s.Contains("PickupAssigned", StringComparison.Ordinal)))
                return id;
            if (DateTime.UtcNow > end)
                throw new BenchmarkFailedException($"request {id} was not finished within 30 s");
        }
    }

    private static void Print(GrowthPlan plan, Grown before, Grown after, long expired, long left)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Mannam empty, and with {plan.Finished} finished requests: {plan.Rounds} rounds of {plan.Requests} requests, {plan.Seconds} s of lag at {plan.Rate}/s, {plan.Seconds} s of reads; medians"
            )
        );
        Console.WriteLine();
        var table = new Table(Console.Out, "empty", "filled");
        table.Head();
        table.Row("requests/s until visible in every view", before.RequestsPerSecond, after.RequestsPerSecond, "N1");
        table.Row("lag of the slower view, p50, ms", before.LagMs, after.LagMs);
        table.Row("lag of the slower view, p99, ms", before.LagNinetyNinthMs, after.LagNinetyNinthMs);
        table.Row("GET /myPages/{id}, reads/s", before.ReadsPerSecond, after.ReadsPerSecond, "N1");
        table.Row("GET /myPages/{id}, p99, ms", before.ReadNinetyNinthMs, after.ReadNinetyNinthMs);
        table.Row("ready, s", before.ReadySeconds, after.ReadySeconds);
        table.Row("memory of the process at the end, MB (RSS)", before.Megabytes, after.Megabytes, "N0");
        Console.WriteLine($"expired rows (inbox, idempotency): {expired} when it started, {left} at the end");
        Console.WriteLine();
    }
}

/// <summary>How much is measured.</summary>
internal sealed record GrowthPlan(int Finished, int Requests, int WarmUp, int Rounds, int Seconds, int Rate);

/// <summary>What was measured of one state.</summary>
internal sealed record Grown(
    double RequestsPerSecond,
    double LagMs,
    double LagNinetyNinthMs,
    double ReadsPerSecond,
    double ReadNinetyNinthMs,
    double ReadySeconds,
    double Megabytes
);
