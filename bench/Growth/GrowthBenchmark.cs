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

    // Both run side by side and are measured in turn, so that a machine that gets slower slows down both.
    private static async Task CompareAsync(TestStand stand, GrowthPlan plan)
    {
        var (empty, filled) = (new State(stand, "empty"), new State(stand, "filled"));
        await empty.StartAsync();
        await filled.StartAsync();
        var first = await FinishedAsync(filled.Mannam, stand.Stop);
        await filled.Mannam.DisposeAsync();
        await Filling.FillAsync(stand.Postgres, "filled_", first, plan.Finished, stand.Stop);
        await filled.StartAsync();
        var expired = await Filling.ExpiredAsync(stand.Postgres, "filled_", stand.Stop);
        State[] states = [empty, filled];
        foreach (var state in states)
            await Steady.WarmUpAsync(state.Mannam, plan.WarmUp, plan.Rate, stand.Stop);
        for (var round = 1; round <= plan.Rounds; round++)
        {
            foreach (var state in states)
            {
                TestStand.Progress($"{state.Name}, round {round} of {plan.Rounds}");
                await state.MeasureAsync(plan);
            }
        }
        var left = await Filling.ExpiredAsync(stand.Postgres, "filled_", stand.Stop);
        var megabytes = states.Select(s => ProcessTree.Resident(s.Mannam.ProcessId)).ToArray();
        foreach (var state in states)
            await state.Mannam.DisposeAsync();
        for (var round = 1; round <= plan.Rounds; round++)
        {
            foreach (var state in states)
            {
                await state.StartAsync();
                state.Ready.Add(state.Mannam.StartedIn.TotalSeconds);
                await state.Mannam.DisposeAsync();
            }
        }
        Print(plan, empty, filled, megabytes, expired, left);
    }

    /// <summary>One of the two installations, and what was measured of it, round by round.</summary>
    private sealed class State(TestStand stand, string name)
    {
        public string Name => name;

        public Side Mannam { get; private set; } = null!;

        public List<double> Rates { get; } = [];

        public List<Lags> Lags { get; } = [];

        public List<Reads> Reads { get; } = [];

        public List<double> Ready { get; } = [];

        public async Task StartAsync() => Mannam = await stand.InstallationAsync(name, TestStand.Patient);

        public async Task MeasureAsync(GrowthPlan plan)
        {
            var run = await RequestBenchmark.LoadAsync(Mannam, 64, plan.Requests, stand.Stop);
            run.MustAllBe(201, "POST /catches");
            var end = await Views.AwaitLastAsync(Mannam, run.Ids, stand.Stop);
            Rates.Add(plan.Requests / Stopwatch.GetElapsedTime(run.Started, end).TotalSeconds);
            Lags.Add(await Steady.MeasureAsync(Mannam, plan.Rate, plan.Seconds, stand.Stop));
            var reading = new Reading(Mannam, [.. run.Ids.Take(2000)], 16);
            Reads.Add(await reading.ForAsync(TimeSpan.FromSeconds(plan.Seconds), 0, stand.Stop));
        }

        /// <summary>Of the view that is later.</summary>
        public double LagMs(double share) => Table.Median(Lags.Select(l => LagBenchmark.Views.Max(v => l.Share(v, share))));
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

    private static void Print(GrowthPlan plan, State empty, State filled, double[] megabytes, long expired, long left)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Mannam empty, and with {plan.Finished} finished requests, in turn: {plan.Rounds} rounds of {plan.Requests} requests, {plan.Seconds} s of lag at {plan.Rate}/s, {plan.Seconds} s of reads, a start; medians"
            )
        );
        Console.WriteLine();
        var table = new Table(Console.Out, "empty", "filled");
        void Row(string what, Func<State, double> of, string format = "N2") => table.Row(what, of(empty), of(filled), format);
        table.Head();
        Row("requests/s until visible in every view", s => Table.Median(s.Rates), "N1");
        Row("lag of the slower view, p50, ms", s => s.LagMs(0.5));
        Row("lag of the slower view, p99, ms", s => s.LagMs(0.99));
        Row("GET /myPages/{id}, reads/s", s => Table.Median(s.Reads.Select(r => r.PerSecond)), "N1");
        Row("GET /myPages/{id}, p99, ms", s => Table.Median(s.Reads.Select(r => r.NinetyNinthMs)));
        Row("ready, s", s => Table.Median(s.Ready));
        table.Row("memory of the process at the end, MB (RSS)", megabytes[0], megabytes[1], "N0");
        Console.WriteLine($"expired rows (inbox, idempotency): {expired} when it started, {left} at the end");
        Console.WriteLine();
    }
}

/// <summary>How much is measured.</summary>
internal sealed record GrowthPlan(int Finished, int Requests, int WarmUp, int Rounds, int Seconds, int Rate);
