using System.Globalization;

namespace Mannam.Testing;

/// <summary>The result of many runs.</summary>
public sealed class SimulationSummary
{
    private const int MostShown = 20;
    private readonly Dictionary<string, int> _branches = [];
    private readonly List<(int Seed, Violation Violation)> _failures = [];
    private long _steps;
    private long _faults;

    internal SimulationSummary() { }

    /// <summary>How many runs there were.</summary>
    public int Runs { get; private set; }

    /// <summary>In how many of them at least one fault was injected.</summary>
    public int Disturbed { get; private set; }

    /// <summary>How many violated an invariant.</summary>
    public int Failed => _failures.Count;

    /// <summary>The seeds that violated an invariant, each with the first violation.</summary>
    public IReadOnlyList<(int Seed, Violation Violation)> Failures => _failures;

    /// <summary>In how many runs each failpoint, fault, answer and event was reached.</summary>
    public IReadOnlyDictionary<string, int> Branches => _branches;

    internal TimeSpan Took { get; set; }

    internal void Add(RunResult result, TimeSpan took, SimulationOptions options)
    {
        Runs++;
        Disturbed += result.Faults > 0 ? 1 : 0;
        (_steps, _faults, Took) = (_steps + result.Steps, _faults + result.Faults, took);
        foreach (var branch in result.Branches)
            _branches[branch] = _branches.GetValueOrDefault(branch) + 1;
        if (result.Violations is [var first, ..])
            _failures.Add((result.Seed, first));
        if (options.WriteAllStories || result.Violations.Count > 0)
            options.Output.WriteLine($"seed {result.Seed}:\n{string.Join('\n', result.Story)}\n");
        if (Runs % 1000 == 0)
            options.Output.WriteLine(this);
    }

    /// <summary>One line, and one more for each of the first 20 seeds that violated an invariant.</summary>
    public override string ToString()
    {
        var shown = _failures.OrderBy(f => f.Seed).Take(MostShown).Select(f => $"\n  seed {f.Seed}: {f.Violation.Invariant}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Runs} runs, {Disturbed} of them disturbed: {_steps} steps, {_faults} faults, {_branches.Count} branches, in {Took.TotalSeconds:0} s; {Failed} violated an invariant{string.Concat(shown)}"
        );
    }
}
