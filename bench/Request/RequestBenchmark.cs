using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mannam.Bench.Load;
using Mannam.Host;

namespace Mannam.Bench.Request;

/// <summary>
/// POST /catches, Mannam beside the bare baseline: on the same PostgreSQL, by the same load generator, in turns. Mannam's
/// clock stops when the last consequence is visible in every view, the baseline's at the last answer: it has no views.
/// </summary>
internal static class RequestBenchmark
{
    private const string Body = """{"price":250000,"startingPoint":"Busan","destination":"Seoul","customer":"Peter","status":"approve"}""";

    internal static async Task<int> RunAsync(Arguments arguments)
    {
        var plan = new Plan(
            arguments.Number("--requests", 8000),
            // Both sides' code is compiled again and again until about so many.
            arguments.Number("--warm-up", 12_000),
            arguments.Number("--connections", 64),
            arguments.Number("--rounds", 3)
        );
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        var folder = Directory.CreateTempSubdirectory("mannam-bench-").FullName;
        // As root the server runs as another user, who must be able to pass through.
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | (UnixFileMode)0b001_001_001);
        try
        {
            var postgres = await PrivatePostgres.StartAsync(Path.Combine(folder, "postgres"), 200, Progress, stop.Token);
            try
            {
                await CompareAsync(plan, postgres.ConnectionString, folder, arguments, stop.Token);
            }
            finally
            {
                await postgres.StopAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    private static async Task CompareAsync(Plan plan, string postgres, string folder, Arguments arguments, CancellationToken ct)
    {
        await using var server = await ServerCounters.OpenAsync(postgres, ct);
        Progress("starting the baseline");
        await using var baseline = await Side.StartAsync("baseline", Programs.Baseline(postgres), TimeSpan.FromSeconds(60), ct);
        Progress("starting mannam");
        var program = Programs.Mannam(arguments.Text("--taxi-command", ""), FreePort(), folder, postgres);
        await using var mannam = await Side.StartAsync("mannam", program, TimeSpan.FromSeconds(180), ct);
        try
        {
            var ids = new List<long>();
            foreach (var side in new[] { baseline, mannam })
            {
                Progress($"warming up {side.Name}: {plan.WarmUp} requests");
                var warm = await LoadAsync(side, plan.Connections, plan.WarmUp, ct);
                warm.MustAllBe(201, $"POST /catches of {side.Name}");
                ids.AddRange(side == mannam ? warm.Ids : []);
            }
            await Views.AwaitLastAsync(mannam.Endpoint, ids, ct);

            Progress("waiting for PostgreSQL's statistics");
            await Task.Delay(ServerCounters.Settling, ct);
            var before = await server.CommitsAsync(ct);
            var report = new Report(plan);
            for (var round = 1; round <= plan.Rounds; round++)
            {
                Progress($"round {round} of {plan.Rounds}");
                var (left, _) = await MeasureAsync(baseline, false);
                var (right, seen) = await MeasureAsync(mannam, true);
                report.Add(left, right);
                ids.AddRange(seen);
            }
            await Task.Delay(ServerCounters.Settling, ct);
            var after = await server.CommitsAsync(ct);
            double all = plan.Rounds * plan.Requests;
            report.Commits = ((after.Baseline - before.Baseline) / all, (after.Other - before.Other) / all);

            Progress($"verifying that all {ids.Count} requests are in every view");
            await Views.VerifyAsync(mannam.Endpoint, plan.Connections, ids, ct);
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

    private static Task<LoadRun> LoadAsync(Side side, int connections, int requests, CancellationToken ct)
    {
        var request = LoadRun.Bytes("POST", "/catches", side.Endpoint, Body);
        return LoadRun.RunAsync(side.Endpoint, connections, requests, _ => request, ct);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static void Progress(string what) => Console.Error.WriteLine($"bench: {what}");
}

/// <summary>How much is measured.</summary>
/// <param name="Requests">Requests a round.</param>
/// <param name="WarmUp">Requests to each side before the first round, until the JIT has done its work.</param>
/// <param name="Connections">Kept-alive connections.</param>
/// <param name="Rounds">Rounds; each asks the baseline first and then Mannam.</param>
internal sealed record Plan(int Requests, int WarmUp, int Connections, int Rounds);
