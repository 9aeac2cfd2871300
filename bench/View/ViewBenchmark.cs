using System.Diagnostics;
using System.Globalization;
using Mannam.Bench.Load;
using Mannam.Bench.Request;
using Mannam.Bench.Stand;

namespace Mannam.Bench.View;

/// <summary>GET /myPages/{id} beside a bare read by key: each alone, and each while its own side gets requests as in <c>bench request</c>.</summary>
internal static class ViewBenchmark
{
    private const int Pages = 2000;

    internal static Task<int> RunAsync(Arguments arguments)
    {
        var (seconds, readers) = (arguments.Number("--seconds", 10), arguments.Number("--readers", 16));
        var (writers, rounds) = (arguments.Number("--connections", 64), arguments.Number("--rounds", 3));
        var warmUp = arguments.Number("--warm-up", 12_000);
        return TestStand.RunAsync(
            arguments,
            async stand =>
            {
                await using var baseline = await stand.BaselineAsync();
                await using var mannam = await stand.MannamAsync(TestStand.Patient);
                var readings = new Dictionary<Side, Reading>();
                foreach (var side in (Side[])[baseline, mannam])
                {
                    TestStand.Progress($"warming up {side.Name}: {warmUp} requests, and reads");
                    var warm = await RequestBenchmark.LoadAsync(side, writers, warmUp, stand.Stop);
                    warm.MustAllBe(201, $"POST /catches of {side.Name}");
                    await Views.AwaitLastAsync(side, warm.Ids, stand.Stop);
                    readings[side] = new Reading(side, [.. warm.Ids.OrderDescending().Take(Pages)], readers);
                    await readings[side].ForAsync(TimeSpan.FromSeconds(seconds), 0, stand.Stop);
                }
                foreach (var busy in (bool[])[false, true])
                {
                    var results = new List<(ReadEndpoints Baseline, ReadEndpoints Mannam)>();
                    for (var round = 1; round <= rounds; round++)
                    {
                        TestStand.Progress($"{(busy ? "while requests are taken" : "alone")}, round {round} of {rounds}");
                        var left = await readings[baseline].ForAsync(TimeSpan.FromSeconds(seconds), busy ? writers : 0, stand.Stop);
                        results.Add((left, await readings[mannam].ForAsync(TimeSpan.FromSeconds(seconds), busy ? writers : 0, stand.Stop)));
                    }
                    Print(results, busy, readers, writers, seconds);
                }
            }
        );
    }

    private static void Print(List<(ReadEndpoints Baseline, ReadEndpoints Mannam)> rounds, bool busy, int readers, int writers, int seconds)
    {
        Console.WriteLine(
            $"GET /myPages/{{id}}, {(busy ? $"while {writers} connections send POST /catches" : "alone")}: {rounds.Count} rounds of {seconds} s over {readers} connections; medians"
        );
        Console.WriteLine();
        var table = new Table(Console.Out, "baseline", "mannam");
        table.Head();
        void Row(string what, string format, Func<ReadEndpoints, double> of) =>
            table.Row(what, Table.Median(rounds.Select(r => of(r.Baseline))), Table.Median(rounds.Select(r => of(r.Mannam))), format);
        Row("reads/s", "N1", r => r.PerSecond);
        Row("p50, ms", "N2", r => r.MedianMs);
        Row("p99, ms", "N2", r => r.NinetyNinthMs);
        if (busy)
            Row("requests/s meanwhile", "N1", r => r.RequestsPerSecond);
        var ratios = rounds.Select(r => r.Mannam.PerSecond / r.Baseline.PerSecond).ToList();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"ratio {Table.Median(ratios):N2} (rounds: {string.Join(" ", ratios.Select(r => r.ToString("N2", CultureInfo.InvariantCulture)))})"
            )
        );
        Console.WriteLine();
    }
}

/// <summary>The result of one round of reads.</summary>
internal sealed record ReadEndpoints(double PerSecond, double MedianMs, double NinetyNinthMs, double RequestsPerSecond);

/// <summary>Reads pages by their ids, as fast as possible.</summary>
/// <param name="side">The side to measure.</param>
/// <param name="ids">The pages.</param>
/// <param name="readers">The number of reading connections.</param>
internal sealed class Reading(Side side, long[] ids, int readers)
{
    /// <summary>Reads for a time, while <c>writers</c> connections send requests.</summary>
    internal async Task<ReadEndpoints> ForAsync(TimeSpan time, int writers, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var post = LoadRun.Bytes("POST", "/catches", side.Endpoint, RequestBenchmark.Body);
        var looks = Array.ConvertAll(ids, id => LoadRun.Bytes("GET", $"/myPages/{id}", side.Endpoint));
        var began = Stopwatch.GetTimestamp();
        over.CancelAfter(time);
        var requests = Enumerable.Range(0, writers).Select(_ => Task.Run(() => RepeatAsync(_ => post, 201, over.Token), ct)).ToArray();
        var reads = await Task.WhenAll(
            Enumerable
                .Range(0, readers)
                .Select(r => Task.Run(() => RepeatAsync(n => looks[(n + r * 131) % looks.Length], 200, over.Token), ct))
        );
        var taken = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var sent = (await Task.WhenAll(requests)).Sum(r => r.Count);
        ct.ThrowIfCancellationRequested();
        var all = reads.SelectMany(r => r).ToList();
        return new(all.Count / taken, Table.Share(all, 0.5), Table.Share(all, 0.99), sent / taken);
    }

    private async Task<List<double>> RepeatAsync(Func<int, ReadOnlyMemory<byte>> request, int status, CancellationToken over)
    {
        using var connection = new HttpConnection(side.Endpoint);
        var latencies = new List<double>();
        for (var n = 0; !over.IsCancellationRequested; n++)
        {
            var asked = Stopwatch.GetTimestamp();
            var answer = await connection.ExchangeAsync(request(n));
            if (answer.Status != status)
                throw new BenchmarkFailedException($"{side.Name}: every answer must be {status}, but there was {answer.Status}");
            latencies.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }
        return latencies;
    }
}
