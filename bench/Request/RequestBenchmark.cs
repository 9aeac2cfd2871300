using Mannam.Bench.Load;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Request;

/// <summary>
/// POST /catches, Mannam beside the bare baseline: on the same PostgreSQL, with the same load generator, in turn. Mannam's clock stops when the last
/// request is visible in every view, the baseline's at the last answer: it has no views.
/// </summary>
internal static class RequestBenchmark
{
    internal const string Body = """{"price":250000,"startingPoint":"Busan","destination":"Seoul","customer":"Peter","status":"approve"}""";

    internal static async Task<int> RunAsync(Arguments arguments)
    {
        var plan = new Plan(
            arguments.Number("--requests", 8000),
            // The JIT recompiles the code of both sides until about this number.
            arguments.Number("--warm-up", 12_000),
            arguments.Number("--connections", 64),
            arguments.Number("--rounds", 3)
        );
        return await TestStand.RunAsync(arguments, stand => CompareAsync(plan, stand));
    }

    private static async Task CompareAsync(Plan plan, TestStand stand)
    {
        var (server, ct) = (stand.Server, stand.Stop);
        await using var baseline = await stand.BaselineAsync();
        await using var mannam = await stand.MannamAsync();
        try
        {
            var ids = new List<long>();
            foreach (var side in new[] { baseline, mannam })
            {
                TestStand.Progress($"warming up {side.Name}: {plan.WarmUp} requests");
                var warm = await LoadAsync(side, plan.Connections, plan.WarmUp, ct);
                warm.MustAllBe(201, $"POST /catches of {side.Name}");
                ids.AddRange(side == mannam ? warm.Ids : []);
            }
            await Views.AwaitLastAsync(mannam, ids, ct);

            TestStand.Progress("waiting for PostgreSQL's statistics");
            await Task.Delay(ServerCounters.Settling, ct);
            var before = await server.CommitsAsync(ct);
            var report = new Report(plan);
            for (var round = 1; round <= plan.Rounds; round++)
            {
                TestStand.Progress($"round {round} of {plan.Rounds}");
                var (left, _) = await MeasureAsync(baseline, false);
                var (right, seen) = await MeasureAsync(mannam, true);
                report.Add(left, right);
                ids.AddRange(seen);
            }
            await Task.Delay(ServerCounters.Settling, ct);
            var after = await server.CommitsAsync(ct);
            double all = plan.Rounds * plan.Requests;
            report.Commits = ((after.Baseline - before.Baseline) / all, (after.Other - before.Other) / all);

            TestStand.Progress($"verifying that all {ids.Count} requests are in every view");
            await Views.VerifyAsync(mannam, plan.Connections, ids, ct);
            report.Print(Console.Out);
        }
        catch (BenchmarkFailedException)
        {
            await Console.Error.WriteLineAsync(mannam.Tail());
            throw;
        }

        async Task<(Measurement, IReadOnlyList<long>)> MeasureAsync(Side side, bool views)
        {
            // Cleanup work of one side must not run in the other side's time.
            await Task.Delay(TimeSpan.FromSeconds(1), ct);
            return await Measurement.TakeAsync(side, server, () => LoadAsync(side, plan.Connections, plan.Requests, ct), views, ct);
        }
    }

    /// <summary>Sends a number of requests over a number of connections.</summary>
    internal static Task<LoadRun> LoadAsync(Side side, int connections, int requests, CancellationToken ct)
    {
        var request = LoadRun.Bytes("POST", side.Root + "/catches", side.Endpoint, Body);
        return LoadRun.RunAsync(side.Endpoint, connections, requests, _ => request, ct);
    }
}

/// <summary>The amounts to measure.</summary>
/// <param name="Requests">Requests per round.</param>
/// <param name="WarmUp">Requests to each side before the first round, so that the JIT can compile.</param>
/// <param name="Connections">Keep-alive connections.</param>
/// <param name="Rounds">Rounds; each measures the baseline first and then Mannam.</param>
internal sealed record Plan(int Requests, int WarmUp, int Connections, int Rounds);
