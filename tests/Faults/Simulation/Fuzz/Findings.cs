using System.Globalization;

namespace Mannam.Simulation.Fuzz;

/// <summary>What a run of bad calls gave.</summary>
internal sealed class Findings
{
    /// <summary>How much memory may grow from rest to rest, in MB.</summary>
    public const double MostGrowth = 50;

    private readonly Lock gate = new();
    private readonly Dictionary<int, int> statuses = [];
    private readonly Dictionary<string, (int Count, string First)> faults = [];
    private string written = "";

    /// <summary>Resident memory in MB before the first call, when nothing happens.</summary>
    public double AtRest { get; set; }

    /// <summary>Resident memory in MB after the last call, when nothing happens.</summary>
    public double AtEnd { get; set; }

    /// <summary>How many requests were recorded.</summary>
    public int Sagas { get; set; }

    /// <summary>How many answers were counted.</summary>
    public int Answers => statuses.Values.Sum();

    /// <summary>How many answers had a status.</summary>
    public int Of(int status) => statuses.GetValueOrDefault(status);

    /// <summary>How many kinds of faults there are.</summary>
    public int Faults
    {
        get
        {
            lock (gate)
                return faults.Count;
        }
    }

    public void Count(int status)
    {
        lock (gate)
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
    }

    /// <summary>Notes a fault; of one that comes again the first is kept.</summary>
    public void Add(string what, string example, string where = "")
    {
        var key = where.Length > 0 ? $"{what} ({where})" : what;
        lock (gate)
            faults[key] = faults.TryGetValue(key, out var known) ? (known.Count + 1, known.First) : (1, example);
    }

    /// <summary>No line of the log is somebody else's: what was sent begins none, and steers no terminal.</summary>
    public void CheckLog(string written)
    {
        this.written = written;
        static bool Steers(char c) => (char.IsControl(c) && c != '\n') || c is '\u2028' or '\u2029';
        if (written.Split('\n').FirstOrDefault(l => l.Any(Steers)) is { } steered)
            Add("the log holds no control characters", steered);
        if (written.Split('\n').FirstOrDefault(l => l.TrimStart().StartsWith("forged", StringComparison.Ordinal)) is { } forged)
            Add("no line of the log is forged", forged);
    }

    /// <summary>What calls needed is given back once nothing happens; only what was compiled for them stays.</summary>
    public void CheckMemory()
    {
        if (AtEnd - AtRest > MostGrowth)
            Add("memory does not grow", string.Create(CultureInfo.InvariantCulture, $"it does, by {AtEnd - AtRest:0} MB"));
    }

    public override string ToString()
    {
        var summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{Answers} answers ({string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}"))}), {Sagas} sagas; memory at rest {AtRest:0} MB before, {AtEnd:0} after; {Faults} kinds of faults"
        );
        // What it wrote tells why.
        string[] log = Faults == 0 ? [] : ["it wrote:", .. written.Split('\n').TakeLast(60)];
        return string.Join('\n', faults.Select(f => $"{f.Value.Count} × {f.Key}\n    {f.Value.First}\n").Concat(log).Append(summary));
    }
}
