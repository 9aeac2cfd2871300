using System.Diagnostics;

namespace Mannam.Testing;

/// <summary>Simulates a business: real services on a real PostgreSQL, in one process, where a seed decides the order of everything that happens and the faults
/// that are injected. Then all faults stop, everything settles, and the invariants are checked.</summary>
/// <remarks>The same seed gives the same history. Faults are: lost and late requests and answers, timeouts, crashes at every failpoint, lost connections to a store,
/// failed, repeated and late publishing, replaced consumers, users who hang up.</remarks>
public static class Simulator
{
    // A world takes as long to make as so many runs: the second is worth it only for more.
    private const int RunsOfAWorld = 20;

    /// <summary>Runs seeds, and reports those that violate an invariant.</summary>
    /// <param name="business">What is simulated.</param>
    /// <param name="server">The connection string of a PostgreSQL server, whose user may create databases. Those that are created are dropped.</param>
    /// <param name="options">Which seeds, and what is written; null for 100 seeds and nothing.</param>
    /// <param name="ct">Ends it after the runs that have begun.</param>
    public static async Task<SimulationSummary> RunAsync(
        SimulatedBusiness business,
        string server,
        SimulationOptions? options = null,
        CancellationToken ct = default
    )
    {
        ArgumentNullException.ThrowIfNull(business);
        ArgumentNullException.ThrowIfNull(server);
        options ??= new SimulationOptions();
        var began = Stopwatch.GetTimestamp();
        var (next, gate, summary) = (options.FirstSeed - 1, new Lock(), new SimulationSummary());
        var prefix = $"simulation_{Guid.NewGuid().ToString("N")[..8]}_";
        // A sequence that fails ends the other.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        bool IsEnough(int seed) =>
            seed >= options.FirstSeed + options.Seeds || end.IsCancellationRequested || (options.StopAtFirstFailure && summary.Failed > 0);
        async Task RunSequenceAsync(int number)
        {
            try
            {
                await using var sequence = new RunSequence(business, server, $"{prefix}{number}_");
                for (var seed = Interlocked.Increment(ref next); !IsEnough(seed); seed = Interlocked.Increment(ref next))
                {
                    var result = await sequence.RunAsync(seed);
                    lock (gate)
                        summary.Add(result, Stopwatch.GetElapsedTime(began), options);
                }
            }
            catch
            {
                await end.CancelAsync();
                throw;
            }
        }
        await Task.WhenAll(
            Enumerable
                .Range(0, Math.Clamp(options.Seeds / RunsOfAWorld, 1, 2))
                .Select(number => Task.Run(() => RunSequenceAsync(number), ct))
        );
        summary.Took = Stopwatch.GetElapsedTime(began);
        return summary;
    }
}

/// <summary>Which seeds are run, and what is written about them.</summary>
public sealed record SimulationOptions
{
    /// <summary>The first seed.</summary>
    public int FirstSeed { get; init; } = 1;

    /// <summary>How many seeds are run, one after the other; at least 1.</summary>
    public int Seeds { get; init; } = 100;

    /// <summary>Whether the first seed that violates an invariant is the last one.</summary>
    public bool StopAtFirstFailure { get; init; }

    /// <summary>Where stories are written: what happened in a run, one line a step. Nowhere by default.</summary>
    public TextWriter Output { get; init; } = TextWriter.Null;

    /// <summary>Whether the stories of all runs are written, not only of those that violate an invariant.</summary>
    public bool WriteAllStories { get; init; }
}
