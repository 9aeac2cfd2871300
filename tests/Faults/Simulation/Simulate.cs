using System.Globalization;
using Mannam.Host;
using Mannam.Simulation.Insurance;
using Mannam.Simulation.Law;
using Mannam.Simulation.Lessons;
using Mannam.Simulation.Taxi;
using Mannam.Testing;

namespace Mannam.Simulation;

/// <summary>The command <c>simulate</c>.</summary>
internal static class Simulate
{
    private static readonly SimulatedBusiness[] All =
    [
        new TaxiBusiness(),
        new LawBusiness(),
        new InsuranceBusiness(),
        new LessonsBusiness(),
    ];

    /// <summary>The business of a system.</summary>
    public static SimulatedBusiness Of(string system) =>
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
            var options = new SimulationOptions
            {
                FirstSeed = from,
                Seeds = seeds,
                WriteAllStories = story,
                StopAtFirstFailure = first,
                Output = Console.Out,
            };
            var summary = await Simulator.RunAsync(Of(system), postgres.ConnectionString, options, ct);
            Console.WriteLine(summary);
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
}
