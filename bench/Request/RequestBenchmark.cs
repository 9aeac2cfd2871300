using Mannam.Bench.Load;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Request;

/// <summary>
/// POST /catches, Mannam beside the bare baseline: on the same PostgreSQL, by the same load generator, in turns. Mannam's
/// clock stops when the last consequence is visible in every view, the baseline's at the last answer: it has no views.
/// </summary>
internal static class RequestBenchmark
{
    internal const string Body = """{"price":250000,"startingPoint":"Busan","destination":"Seoul","customer":"Peter","status":"approve"}""";

    internal static async Task<int> RunAsync(Arguments arguments)
    {
        var plan = new Plan(
            arguments.Number("--requests", 8000),
            // Both sides' code is compiled again and again until about so many.
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
            // What one side tidies up once all is visible must not be done on the other's time.
            await Task.Delay(TimeSpan.FromSeconds(1), ct);
            return await Measurement.TakeAsync(side, server, () => LoadAsync(side, plan.Connections, plan.Requests, ct), views, ct);
        }
    }

    /// <summary>So many requests over so many connections.</summary>
    internal static Task<LoadRun> LoadAsync(Side side, int connections, int requests, CancellationToken ct)
    {
        var request = LoadRun.Bytes("POST", side.Root + "/catches", side.Endpoint, Body);
        return LoadRun.RunAsync(side.Endpoint, connections, requests, _ => request, ct);
    }
}

/// <summary>How much is measured.</summary>
/// <param name="Requests">Requests a round.</param>
/// <param name="WarmUp">Requests to each side before the first round, until the JIT has done its work.</param>
/// <param name="Connections">Kept-alive connections.</param>
/// <param name="Rounds">Rounds; each asks the baseline first and then Mannam.</param>
internal sealed record Plan(int Requests, int WarmUp, int Connections, int Rounds);
