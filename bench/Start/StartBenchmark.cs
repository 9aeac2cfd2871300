using System.Globalization;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Start;

/// <summary>The time until it is ready, with PostgreSQL already running, and the memory at rest: first with new databases, and then with existing
/// ones.</summary>
internal static class StartBenchmark
{
    // By then, the memory of the start has been returned.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    internal static Task<int> RunAsync(Arguments arguments)
    {
        var rounds = arguments.Number("--rounds", 5);
        return TestStand.RunAsync(
            arguments,
            async stand =>
            {
                var measured = new List<(Started Baseline, Started Mannam)>();
                for (var round = 0; round <= rounds; round++)
                    measured.Add((await MeasureAsync(stand, stand.BaselineAsync), await MeasureAsync(stand, () => stand.MannamAsync())));
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"from the process' start to ready, and at rest {Rest.TotalSeconds:0} s later; medians of {rounds} rounds after the first"
                    )
                );
                Console.WriteLine();
                var table = new Table(Console.Out, "baseline", "mannam");
                table.Head();
                var (first, rest) = (measured[0], measured.Skip(1).ToList());
                void Row(string what, Func<Started, double> of, string format) =>
                    table.Row(what, Table.Median(rest.Select(r => of(r.Baseline))), Table.Median(rest.Select(r => of(r.Mannam))), format);
                table.Row("ready, the first time, s", first.Baseline.Seconds, first.Mannam.Seconds);
                Row("ready, s", s => s.Seconds, "N2");
                Row("memory of the process, MB (RSS)", s => s.Megabytes, "N0");
                Row("memory of its PostgreSQL, MB (PSS)", s => s.PostgresMegabytes, "N0");
                Console.WriteLine();
            }
        );
    }

    /// <summary>Starts one side alone, and stops it.</summary>
    internal static async Task<Started> MeasureAsync(TestStand stand, Func<Task<Side>> start)
    {
        await using var side = await start();
        await Task.Delay(Rest, stand.Stop);
        return new(side.StartedIn.TotalSeconds, ProcessTree.Resident(side.ProcessId), ProcessTree.Megabytes(stand.Server.Postmaster));
    }
}

/// <summary>One start.</summary>
internal sealed record Started(double Seconds, double Megabytes, double PostgresMegabytes);
