using System.Diagnostics;
using System.Globalization;
using Mannam.Host;
using Mannam.Simulation.Insurance;
using Mannam.Simulation.Law;
using Mannam.Simulation.Lessons;
using Mannam.Simulation.Taxi;

namespace Mannam.Simulation;

/// <summary>The command <c>simulate</c>.</summary>
internal static class Simulate
{
    // A world takes as long to make as so many runs: the second is worth it only for more.
    private const int RunsOfAWorld = 20;
    private static readonly Business[] All = [new TaxiBusiness(), new LawBusiness(), new InsuranceBusiness(), new LessonsBusiness()];

    /// <summary>The business of a system.</summary>
    public static Business Of(string system) =>
        All.FirstOrDefault(b => b.System.Name == system)
        ?? throw new ArgumentException(
            $"there is no simulation of {system}; there are {string.Join(", ", All.Select(b => b.System.Name))}."
        );

    public static async Task<int> RunAsync(string[] args, CancellationToken ct)
    {
        var (seeds, from, system) = (500, 1, "taxi");
        var (story, first, branches) = (false, false, false);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--seeds":
                    seeds = Number(args, ++i);
                    break;
                case "--from":
                    from = Number(args, ++i);
                    break;
                case "--system":
                    system = i + 1 < args.Length ? args[++i] : "";
                    break;
                case "--story":
                    story = true;
                    break;
                case "--branches":
                    branches = true;
                    break;
                case "--first":
                    first = true;
                    break;
                default:
                    throw new ArgumentException($"{args[i]} is not understood");
            }
        }
        var data = Path.Combine(Path.GetTempPath(), $"mannam-faults-{Environment.ProcessId}");
        try
        {
            await using var postgres = await PrivatePostgres.StartAsync(data, 300, _ => { }, ct);
            var summary = await RunAsync(Of(system), postgres.ConnectionString, from, seeds, story, Console.Out, first, ct);
            if (branches)
                Console.WriteLine(string.Join('\n', summary.Branches.OrderBy(b => b.Key).Select(b => $"{b.Value, 7}  {b.Key}")));
            ct.ThrowIfCancellationRequested();
            return summary.Failed == 0 ? 0 : 1;
        }
        finally
        {
            if (Directory.Exists(data))
                Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>The number that an option is given.</summary>
    public static int Number(string[] args, int at) =>
        at < args.Length && int.TryParse(args[at], CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ArgumentException($"{args[at - 1]} needs a number");

    /// <summary>Runs seeds on both cores, tells of those that broke something, and sums up.</summary>
    public static async Task<Summary> RunAsync(
        Business business,
        string server,
        int from,
        int seeds,
        bool story,
        TextWriter told,
        bool first,
        CancellationToken ct
    )
    {
        var began = Stopwatch.GetTimestamp();
        var (next, gate, summary) = (from - 1, new Lock(), new Summary());
        // A lane that fails ends the other.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        int Next() => Interlocked.Increment(ref next);
        await Task.WhenAll(
            Enumerable
                .Range(0, Math.Clamp(seeds / RunsOfAWorld, 1, 2))
                .Select(lane =>
                    Task.Run(async () =>
                    {
                        try
                        {
                            await using var runs = new Lane(business, server, $"{business.System.Name}{lane}_");
                            for (
                                var seed = Next();
                                seed < from + seeds && !end.IsCancellationRequested && !(first && summary.Failed > 0);
                                seed = Next()
                            )
                            {
                                var result = await runs.RunAsync(seed);
                                lock (gate)
                                {
                                    summary.Add(result);
                                    if (story || result.Broken.Count > 0)
                                        told.WriteLine($"seed {seed}:\n{string.Join('\n', result.Story)}\n");
                                    if (summary.Runs % 1000 == 0)
                                        told.WriteLine(summary.ToString(Stopwatch.GetElapsedTime(began)));
                                }
                            }
                        }
                        catch
                        {
                            await end.CancelAsync();
                            throw;
                        }
                    })
                )
        );
        told.WriteLine(summary.ToString(Stopwatch.GetElapsedTime(began)));
        return summary;
    }
}

/// <summary>What many runs gave together.</summary>
internal sealed class Summary
{
    private readonly Dictionary<string, int> branches = [];
    private readonly List<(int Seed, string Broken)> failed = [];
    private long steps;
    private long faults;

    /// <summary>How many runs were made.</summary>
    public int Runs { get; private set; }

    /// <summary>How many of these were disturbed.</summary>
    public int Counted { get; private set; }

    /// <summary>How many broke something.</summary>
    public int Failed => failed.Count;

    /// <summary>The seeds that broke something, and what.</summary>
    public IReadOnlyList<(int Seed, string Broken)> Failures => failed;

    /// <summary>How often each branch was come to, in runs.</summary>
    public IReadOnlyDictionary<string, int> Branches => branches;

    public void Add(RunResult result)
    {
        Runs++;
        Counted += result.Faults > 0 ? 1 : 0;
        (steps, faults) = (steps + result.Steps, faults + result.Faults);
        foreach (var branch in result.Branches)
            branches[branch] = branches.GetValueOrDefault(branch) + 1;
        if (result.Broken is [var first, ..])
            failed.Add((result.Seed, first.Invariant));
    }

    public string ToString(TimeSpan took) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Runs} runs, {Counted} of them disturbed: {steps} steps, {faults} faults, {branches.Count} branches, in {took.TotalSeconds:0} s; {failed.Count} broke something{string.Concat(failed.OrderBy(f => f.Seed).Take(20).Select(f => $"\n  seed {f.Seed}: {f.Broken}"))}"
        );
}
