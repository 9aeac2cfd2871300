using System.Diagnostics;
using System.Globalization;
using Mannam.Bench.Lag;
using Mannam.Bench.Request;
using Mannam.Bench.Stand;
using Mannam.Bench.View;

namespace Mannam.Bench.Growth;

/// <summary>Request rate, lag, view reads and start of Mannam, empty and with a million finished requests. Expired rows are removed meanwhile.</summary>
internal static class GrowthBenchmark
{
    private const int ReadingSeconds = 10;
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    internal static Task<int> RunAsync(Arguments arguments)
    {
        var plan = new GrowthPlan(
            arguments.Number("--finished", 1_000_000),
            arguments.Number("--requests", 8000),
            arguments.Number("--warm-up", 12_000),
            arguments.Number("--rounds", 7),
            arguments.Number("--seconds", 30),
            arguments.Number("--rate", 200)
        );
        return TestStand.RunAsync(arguments, stand => CompareAsync(stand, plan));
    }

    // In turn, so that a slower machine affects both. Each round starts new processes, because compiled code differs from process to process.
    private static async Task CompareAsync(TestStand stand, GrowthPlan plan)
    {
        var (empty, filled) = (new State(stand, "empty"), new State(stand, "filled"));
        await using (var mannam = await empty.StartAsync())
            TestStand.Progress($"{empty.Name} is made");
        long first;
        await using (var mannam = await filled.StartAsync())
            first = await FinishedAsync(mannam, stand.Stop);
        await Filling.FillAsync(stand.Postgres, "filled_", first, plan.Finished, stand.Stop);
        var expired = await Filling.ExpiredAsync(stand.Postgres, "filled_", stand.Stop);
        var meanwhile = 0L;
        State[] states = [empty, filled];
        for (var round = 1; round <= plan.Rounds; round++)
        {
            foreach (var state in states)
            {
                TestStand.Progress($"{state.Name}, round {round} of {plan.Rounds}");
                await state.MeasureAsync(plan);
            }
            if (round == 1)
                meanwhile = await Filling.ExpiredAsync(stand.Postgres, "filled_", stand.Stop);
            Array.Reverse(states);
        }
        var left = await Filling.ExpiredAsync(stand.Postgres, "filled_", stand.Stop);
        Print(plan, empty, filled, (expired, meanwhile, left));
    }

    /// <summary>One of the two installations, with its measurements per round.</summary>
    private sealed class State(TestStand stand, string name)
    {
        public string Name => name;

        public List<double> Rates { get; } = [];

        public List<Lags> Lags { get; } = [];

        public List<ReadEndpoints> Reads { get; } = [];

        public List<double> Ready { get; } = [];

        public List<double> Megabytes { get; } = [];

        public Task<Side> StartAsync() => stand.InstallationAsync(name, TestStand.Patient);

        public async Task MeasureAsync(GrowthPlan plan)
        {
            await using var mannam = await StartAsync();
            Ready.Add(mannam.StartedIn.TotalSeconds);
            await Steady.WarmUpAsync(mannam, plan.WarmUp, plan.Rate, stand.Stop);
            Lags.Add(await Steady.MeasureAsync(mannam, plan.Rate, plan.Seconds, stand.Stop));
            var run = await RequestBenchmark.LoadAsync(mannam, 64, plan.Requests, stand.Stop);
            run.MustAllBe(201, "POST /catches");
            var end = await Views.AwaitLastAsync(mannam, run.Ids, stand.Stop);
            Rates.Add(plan.Requests / Stopwatch.GetElapsedTime(run.Started, end).TotalSeconds);
            var reading = new Reading(mannam, [.. run.Ids.Take(2000)], 16);
            Reads.Add(await reading.ForAsync(TimeSpan.FromSeconds(ReadingSeconds), 0, stand.Stop));
            Megabytes.Add(ProcessTree.Resident(mannam.ProcessId));
        }

        /// <summary>The lag of the slower view.</summary>
        public IEnumerable<double> LagMs(double share) => Lags.Select(l => LagBenchmark.Views.Max(v => l.Share(v, share)));
    }

    // One request, made by people and the services, until it is finished.
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

    private static void Print(GrowthPlan plan, State empty, State filled, (long Start, long FirstRound, long End) expired)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Mannam empty, and with {plan.Finished} finished requests, in turn: {plan.Rounds} rounds of a start, {plan.WarmUp} requests to warm up, {plan.Seconds} s of lag at {plan.Rate}/s, {plan.Requests} requests, {ReadingSeconds} s of reads; medians (and the rounds' ratios)"
            )
        );
        Console.WriteLine();
        var table = new Table(Console.Out, "empty", "filled");
        void Row(string what, Func<State, IEnumerable<double>> of, string format = "N2") =>
            table.Rounds(what, of(empty), of(filled), format);
        table.Head();
        Row("requests/s until visible in every view", s => s.Rates, "N1");
        Row("lag of the slower view, p50, ms", s => s.LagMs(0.5));
        Row("lag of the slower view, p99, ms", s => s.LagMs(0.99));
        Row("GET /myPages/{id}, reads/s", s => s.Reads.Select(r => r.PerSecond), "N1");
        Row("GET /myPages/{id}, p99, ms", s => s.Reads.Select(r => r.NinetyNinthMs));
        Row("ready, s", s => s.Ready);
        Row("memory of the process at the end, MB (RSS)", s => s.Megabytes, "N0");
        Console.WriteLine(
            $"expired rows (inbox, idempotency): {expired.Start} when it started, {expired.FirstRound} after the first round, {expired.End} at the end"
        );
        Console.WriteLine();
    }
}

/// <summary>The amounts to measure.</summary>
internal sealed record GrowthPlan(int Finished, int Requests, int WarmUp, int Rounds, int Seconds, int Rate);
